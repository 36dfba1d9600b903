// The loop of --every in virtual time, with whole runs of `sync` as its turns.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Seconds } from '../src/ntp/time.ts';
import { type RepeatOptions, repeat, type TurnEnd, waitAfter } from '../src/repeat.ts';
import { sync } from '../src/sync.ts';
import { type World, type WorldSetup, world } from './support/world.ts';

const HOUR = 3600;
const HOURLY = { every: HOUR, jitter: 0 };

interface Looped {
  /** When each run began, in seconds. */
  readonly began: readonly Seconds[];
  readonly outcomes: readonly string[];
  /** What was left of the wait after each failure. */
  readonly announced: readonly Seconds[];
}

/** Repeats `sync` in a world, which may change it, for so many seconds. */
async function loop(
  w: World,
  options: RepeatOptions,
  until: Seconds,
  { random = () => 0.5, endOf }: { random?: () => number; endOf?: (run: number) => TurnEnd } = {},
): Promise<Looped> {
  const abort = new AbortController();
  const began: Seconds[] = [];
  const outcomes: string[] = [];
  const announced: Seconds[] = [];
  const ports = w.ports({ signal: abort.signal });
  const turn = async (): Promise<TurnEnd> => {
    began.push(w.now());
    expect(w.unfinished()).toBe(0);
    const { kind } = await sync(w.options({ samples: 1 }), ports);
    outcomes.push(kind);
    return endOf?.(began.length) ?? (kind === 'no-suitable-server' ? 'failed' : 'done');
  };
  w.at(until, () => abort.abort());
  const asleep = () => ports.host.drift!.asleep()!;
  await w.run(
    repeat(turn, options, { timer: ports.timer, random, asleep, signal: abort.signal }, wait =>
      announced.push(wait),
    ),
  );
  expect(w.unfinished()).toBe(0);
  return { began, outcomes, announced };
}

const honest = (setup: WorldSetup = {}): World =>
  world({ steerable: true, servers: { a: { delay: 0.01 } }, ...setup });

const spacings = (times: readonly Seconds[]): readonly Seconds[] =>
  times.slice(1).map((time, i) => Math.round(time - times[i]!));

describe('the runs of a loop', () => {
  test('begin at once, and then follow each other by the period, however long they take', async () => {
    const { began } = await loop(honest(), HOURLY, 5.5 * HOUR);
    expect(began[0]).toBe(0);
    expect(spacings(began)).toEqual([HOUR, HOUR, HOUR, HOUR, HOUR]);
  });

  test('are not moved by a step of the clock, neither by their own nor by one of another program', async () => {
    const w = honest({ behind: 7 * HOUR });
    w.at(1.5 * HOUR, () => w.clock.disturb(-30 * 86_400));
    w.at(2.5 * HOUR, () => w.clock.disturb(30 * 86_400 + 10));
    const { began, outcomes } = await loop(w, HOURLY, 3.5 * HOUR);
    expect(spacings(began)).toEqual([HOUR, HOUR, HOUR]);
    expect(outcomes[0]).toBe('adjusted');
    expect(outcomes[3]).toBe('adjusted');
    expect(Math.abs(w.clock.behind())).toBeLessThan(0.01);
  });

  test('put right what another program has done to the clock', async () => {
    const w = honest();
    w.at(HOUR / 2, () => w.clock.disturb(3));
    await loop(w, HOURLY, 1.5 * HOUR);
    expect(Math.abs(w.clock.behind())).toBeLessThan(0.01);
  });

  test('that are overdue after a sleep of the machine follow soon after it wakes', async () => {
    const w = honest();
    w.at(HOUR / 2, () => w.suspend(8 * HOUR));
    const { began } = await loop(w, HOURLY, 2 * HOUR);
    expect(began[1]).toBeGreaterThan(HOUR / 2);
    expect(began[1]).toBeLessThanOrEqual(HOUR / 2 + 30);
    expect(spacings(began.slice(1))).toEqual([HOUR]);
  });

  test('count a short sleep as time that has passed', async () => {
    const w = honest();
    w.at(HOUR / 2, () => w.suspend(600));
    const { began } = await loop(w, HOURLY, 1.5 * HOUR);
    expect(spacings(began)[0]).toBe(HOUR - 600);
  });

  test('are further apart by a random share of the jitter', async () => {
    const shares = [0, 1, 0.25];
    let i = 0;
    const { began } = await loop(honest(), { every: HOUR, jitter: 300 }, 3.2 * HOUR, {
      random: () => shares[i++] ?? 0,
    });
    expect(spacings(began)).toEqual([3600, 3900, 3675]);
  });
});

describe('a run that failed', () => {
  const silent = (until: Seconds): World => {
    const w: World = honest({
      servers: { a: { answers: ({ reply }) => (w.now() < until ? [] : [{ bytes: reply() }]) } },
    });
    return w;
  };

  test('is repeated sooner, then ever later, and never later than by the period', async () => {
    const { began, announced } = await loop(silent(Infinity), HOURLY, 4 * HOUR);
    expect(announced).toEqual([64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600]);
    expect(spacings(began)).toEqual([64, 128, 256, 512, 1024, 2048, 3600, 3600]);
  });

  test('ends the loop neither the first time nor later, and a good one restores the period', async () => {
    const { began, outcomes } = await loop(silent(150), HOURLY, 2 * HOUR);
    expect(outcomes).toEqual(['no-suitable-server', 'no-suitable-server', 'unchanged', 'unchanged']);
    expect(spacings(began)).toEqual([64, 128, HOUR]);
  });

  test('is repeated after the period if that is shorter', async () => {
    const { began } = await loop(silent(Infinity), { every: 16, jitter: 0 }, 50);
    expect(spacings(began)).toEqual([16, 16, 16]);
  });
});

test('a run that is the last ends the loop', async () => {
  const { began } = await loop(honest(), HOURLY, 9 * HOUR, { endOf: run => (run === 2 ? 'last' : 'done') });
  expect(began).toHaveLength(2);
});

test('a signal ends the loop between two runs at once, and within a run with that', async () => {
  const between = honest();
  expect((await loop(between, HOURLY, 100)).outcomes).toEqual(['unchanged']);
  expect(between.now()).toBe(100);
  const within = honest();
  expect((await loop(within, HOURLY, HOUR + 0.015)).outcomes.at(-1)).toBe('interrupted');
});

test('the next run is expected when it will come: the rate is chosen for the time until then', async () => {
  const daily = world({ steerable: true, servers: { a: {} }, frequency: 40e-6 });
  const errors: (number | undefined)[] = [];
  for (const every of [600, 6 * HOUR]) {
    const outcome = await daily.sync({ every });
    errors.push(outcome.drift?.expectedError);
  }
  expect(errors[1]).toBeGreaterThan(errors[0]! * 3);
});

test('waits are at least as long as without jitter, and at most twice that or longer by all of it', () => {
  fc.assert(
    fc.property(
      fc.nat(60),
      fc.record({ every: fc.double({ min: 8, max: 1e6, noNaN: true }), jitter: fc.nat(86_400) }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failures, options, share) => {
        const least = waitAfter(failures, { ...options, jitter: 0 }, share);
        const wait = waitAfter(failures, options, share);
        expect(least).toBeLessThanOrEqual(options.every);
        expect(least).toBeGreaterThanOrEqual(Math.min(64, options.every));
        expect(wait).toBeGreaterThanOrEqual(least);
        expect(wait).toBeLessThanOrEqual(least + Math.min(least, options.jitter) * (1 + 1e-12));
      },
    ),
  );
});
