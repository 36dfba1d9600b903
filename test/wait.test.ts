// `wait` in the simulated world: when a clock is good, and what is said of one that is not.

import { describe, expect, test } from 'vitest';
import type { ClockStatus } from '../src/clock/clock.ts';
import type { LastSet } from '../src/pipeline/ports.ts';
import { exitCodeOf } from '../src/report/exit-code.ts';
import { explainWait, waitContent } from '../src/report/wait-content.ts';
import { type WaitEvent, type WaitOptions, type WaitOutcome, type WaitPorts, wait } from '../src/wait.ts';
import { type World, type WorldSetup, world } from './support/world.ts';

const GOOD: ClockStatus = { synchronized: true, estimatedError: 0.002, maxError: 5, slewRemaining: 0 };
const YEAR = 365.25 * 86_400;

interface Waited {
  readonly outcome: WaitOutcome;
  readonly events: readonly WaitEvent[];
  readonly looks: number;
  readonly there: World;
}

/** Waits in a world whose kernel says this: always the same, or by the second. */
async function waited(
  kernel: ClockStatus | ((now: number) => ClockStatus),
  options: Partial<WaitOptions> = {},
  { setup = {}, ...changes }: Partial<WaitPorts> & { readonly setup?: WorldSetup } = {},
): Promise<Waited> {
  const there = world(setup);
  const events: WaitEvent[] = [];
  let looks = 0;
  const status = (): ClockStatus => {
    looks += 1;
    return typeof kernel === 'function' ? kernel(there.now()) : kernel;
  };
  const machine = {
    ...there.ports(),
    clock: { ...there.clock, status },
    memories: () => [],
    timeServices: async () => ({ services: [] }),
    emit: (event: WaitEvent) => void events.push(event),
    ...changes,
  };
  const outcome = await there.run(wait({ timeout: 180, ...options }, machine));
  expect(there.unfinished()).toBe(0);
  return { outcome, events, looks, there };
}

test('wait ends at once if the clock is good', async () => {
  const { outcome, looks, events } = await waited(GOOD);
  expect(outcome).toEqual({ kind: 'good', took: 0, kernel: GOOD });
  expect(exitCodeOf(outcome, undefined)).toBe(0);
  expect([looks, events]).toEqual([1, []]);
});

test('a clock that another program sets during the wait becomes good within a second, at one look a second', async () => {
  const { outcome, looks, events } = await waited(now => ({ ...GOOD, synchronized: now >= 41.5 }));
  expect(outcome).toMatchObject({ kind: 'good', took: expect.closeTo(42, 3) });
  expect(looks).toBe(43);
  expect(events).toHaveLength(42);
  expect(events[0]).toEqual({ kind: 'waiting', shortcomings: [{ kind: 'unsynchronized' }], left: 180 });
});

describe('a clock that is not good in time', () => {
  test('exit 3, after the timeout, with the reason and what could set it', async () => {
    const { outcome } = await waited({ ...GOOD, synchronized: false }, { timeout: 2.5 });
    expect(outcome).toMatchObject({ kind: 'timed-out', took: expect.closeTo(2.5, 3) });
    expect(exitCodeOf(outcome, undefined)).toBe(3);
    expect(explainWait(outcome)).toBe(
      'this clock is not good after 3 s: the kernel does not consider it synchronized. No time service is running: run "tsntp sync", or let "tsntp schedule" do so at boot',
    );
    expect(waitContent(outcome)).toMatchObject({
      result: 'timed-out',
      shortcomings: [{ kind: 'unsynchronized', message: 'the kernel does not consider it synchronized' }],
      services: [],
      synchronized: false,
    });
  });

  test('names the service that has not set it', async () => {
    const chronyd = { name: 'chronyd', pid: 7, stop: 'systemctl stop chronyd' };
    const { outcome } = await waited(
      { ...GOOD, synchronized: false },
      { timeout: 1 },
      { timeServices: async () => ({ services: [chronyd] }) },
    );
    expect(explainWait(outcome)).toMatch(/\. chronyd sets this clock: see whether it reaches its servers$/);
  });

  test('or why it cannot be seen', async () => {
    const { outcome } = await waited(
      { ...GOOD, synchronized: false },
      { timeout: 1 },
      { timeServices: async () => ({ services: [], hidden: 'no /proc' }) },
    );
    expect(explainWait(outcome)).toMatch(/\. No time service is seen \(no \/proc\): run /);
    expect(waitContent(outcome)).toMatchObject({ servicesHidden: 'no /proc' });
  });

  test('a time before the release is not good, even if the kernel says so', async () => {
    const { outcome } = await waited(GOOD, { timeout: 1 }, { setup: { behind: 56 * YEAR } });
    expect(explainWait(outcome)).toMatch(
      /: it shows 1970-11-\S+Z, before this tsntp was released \(2026-01-01T00:00:00Z\)\. No time service/,
    );
    expect(waitContent(outcome)).toMatchObject({
      shortcomings: [{ kind: 'before-release', release: '2026-01-01T00:00:00.000000000Z' }],
    });
  });
});

describe('the remainder of a correction', () => {
  test.each<[string, ClockStatus, number | undefined, string]>([
    ['of 0.1 s is good', { slewRemaining: 0.1 }, undefined, 'good'],
    ['of more is not', { slewRemaining: 0.12 }, undefined, 'timed-out'],
    ['of more, backward, is not', { slewRemaining: -0.12 }, undefined, 'timed-out'],
    ["in the kernel's own loop counts", { phaseRemaining: -0.3 }, undefined, 'timed-out'],
    ['over within is not good', { slewRemaining: 0.011 }, 0.01, 'timed-out'],
    ['within it is', { slewRemaining: 0.009 }, 0.01, 'good'],
    ['over 0.1 s is good within more', { slewRemaining: 0.4 }, 0.5, 'good'],
  ])('%s', async (_, kernel, within, kind) => {
    const options = { timeout: 3, ...(within !== undefined && { within }) };
    expect((await waited({ ...GOOD, ...kernel }, options)).outcome.kind).toBe(kind);
  });

  test('is waited for', async () => {
    const { outcome } = await waited(now => ({ ...GOOD, slewRemaining: 0.128 - 500e-6 * now }));
    expect(outcome).toMatchObject({ kind: 'good', took: expect.closeTo(56, 0) });
  });

  test('is reported, with the time that it takes', async () => {
    const { outcome } = await waited({ ...GOOD, slewRemaining: -0.128 }, { timeout: 1, within: 0.01 });
    expect(explainWait(outcome)).toBe(
      'this clock is not good after 1 s: a correction of -128.00 ms is under way; at most 10.00 ms may be left, in about 3 min 56 s',
    );
  });

  test('that another process makes on Windows is seen by its rate alone', async () => {
    const record = { time: '2026-11-21T00:00:00.000000000Z', sinceBoot: true } as LastSet & {
      sinceBoot: true;
    };
    const memories = () => [{ directory: '/a', lastSet: record }];
    const { outcome } = await waited({ slewRate: 500e-6 }, { timeout: 1 }, { memories });
    expect(explainWait(outcome)).toBe('this clock is not good after 1 s: a correction is under way');
    expect((await waited({ slewRate: 0 }, { timeout: 1 }, { memories })).outcome.kind).toBe('good');
  });
});

describe('the likely error', () => {
  test.each<[string, number | undefined, number | undefined, string]>([
    ['does not matter without a limit', 16, undefined, 'good'],
    ['within the limit is good, whatever the bound', 0.01, 0.01, 'good'],
    ['over it is not', 0.011, 0.01, 'timed-out'],
    ['that the kernel does not know is not', 16, 10, 'timed-out'],
    ['that the platform does not tell is not', undefined, 10, 'timed-out'],
  ])('%s', async (_, estimatedError, within, kind) => {
    const { estimatedError: _own, ...kernel } = GOOD;
    const status = { ...kernel, ...(estimatedError !== undefined && { estimatedError }) };
    const options = { timeout: 1, ...(within !== undefined && { within }) };
    expect((await waited(status, options)).outcome.kind).toBe(kind);
  });

  test.each([
    [0.25, 'its likely error of 250.00 ms is over 10.00 ms'],
    [16, 'its likely error is unknown; at most 10.00 ms is allowed'],
  ])('of %d s is told', async (estimatedError, words) => {
    const { outcome } = await waited({ ...GOOD, estimatedError }, { timeout: 1, within: 0.01 });
    expect(explainWait(outcome)).toBe(`this clock is not good after 1 s: ${words}`);
  });
});

describe('where the kernel does not say whether it is synchronized', () => {
  const lastSet =
    (sinceBoot: boolean, errorBound = 0.02) =>
    () => [
      {
        directory: '/a',
        lastSet: {
          time: '2026-11-21T00:00:00.000000000Z',
          offset: 1,
          kind: 'step',
          server: 's',
          errorBound,
          sinceBoot,
        } as const,
      },
    ];

  test.each<[string, WaitPorts['memories'], number | undefined, string]>([
    ["tsntp's record since boot is good", lastSet(true), undefined, 'good'],
    ['a record from before is not', lastSet(false), undefined, 'timed-out'],
    ['no record is not', () => [], undefined, 'timed-out'],
    ['the error bound of the record counts', lastSet(true), 0.01, 'timed-out'],
    ['and may be within the limit', lastSet(true, 0.009), 0.01, 'good'],
  ])('%s', async (_, memories, within, kind) => {
    const options = { timeout: 1, ...(within !== undefined && { within }) };
    const { outcome } = await waited({}, options, { memories });
    expect(outcome.kind).toBe(kind);
  });

  test('that is said', async () => {
    const { outcome } = await waited({}, { timeout: 1 });
    expect(explainWait(outcome)).toContain(
      ': this platform does not say whether it is synchronized, and tsntp has no record of having set it since boot. ',
    );
  });
});

test('wait without a timeout goes on for days', async () => {
  const { outcome } = await waited(now => ({ ...GOOD, synchronized: now > 10_000 }), { timeout: Infinity });
  expect(outcome).toMatchObject({ kind: 'good' });
});

test('an interrupt ends the wait, with the reason', async () => {
  const interrupt = new AbortController();
  const { outcome } = await waited(
    now => {
      if (now >= 4) interrupt.abort();
      return { ...GOOD, synchronized: false };
    },
    {},
    { signal: interrupt.signal },
  );
  expect(exitCodeOf(outcome, 'SIGTERM')).toBe(143);
  expect(exitCodeOf(outcome, 'SIGINT')).toBe(130);
  expect(explainWait(outcome)).toBe('interrupted after 4 s: the kernel does not consider it synchronized');
});
