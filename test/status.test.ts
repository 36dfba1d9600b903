// `status` over ports of a test: what is known of a clock, whatever the machine.

import { describe, expect, test } from 'vitest';
import { statusLines } from '../src/cli/report/status-lines.ts';
import { ClockError, type ClockStatus } from '../src/clock/clock.ts';
import { add } from '../src/ntp/time.ts';
import type { LastSet, MemoryReading } from '../src/pipeline/ports.ts';
import { exitCodeOf } from '../src/report/exit-code.ts';
import { statusContent } from '../src/report/status-content.ts';
import { type StatusPorts, status } from '../src/status.ts';
import { BEGINNING, world } from './support/world.ts';

const SET: LastSet = {
  time: '2026-11-21T12:10:23.000000001Z',
  offset: -3.25,
  kind: 'step',
  server: '192.0.2.1',
  errorBound: 0.001,
};

/** A machine of which nothing is known but what `changes` say. */
function machine(kernel: ClockStatus = {}, changes: Partial<StatusPorts> = {}): StatusPorts {
  return {
    clock: { ...world({}).clock, status: () => kernel },
    memories: () => [],
    driftMemories: () => [],
    oscillator: () => ({}),
    timeServices: async () => ({ services: [] }),
    localTime: async () => '2026-11-21T01:00:00+01:00',
    peekRtc: () => Promise.reject(new ClockError('unsupported', 'no hardware clock')),
    ...changes,
  };
}

const remembering = (...readings: MemoryReading[]): Partial<StatusPorts> => ({ memories: () => readings });

describe('the kind and the exit code', () => {
  test.each([
    [true, 'synchronized', 0],
    [false, 'unsynchronized', 3],
    [undefined, 'unknown', 3],
  ])('for a kernel that says %s: %s, %d', async (synchronized, kind, code) => {
    const found = await status(machine(synchronized === undefined ? {} : { synchronized }));
    expect(found.kind).toBe(kind);
    expect(exitCodeOf(found, undefined)).toBe(code);
    expect(statusContent(found)).toMatchObject({ result: kind });
  });
});

describe('the last correction', () => {
  const older = { ...SET, time: '2026-11-20T00:00:00.000000000Z', server: '192.0.2.2', sinceBoot: true };

  test('is the newest of all folders, and the unreadable ones are not told then', async () => {
    const found = await status(
      machine(
        {},
        remembering(
          { directory: '/a', lastSet: older },
          { directory: '/b', lastSet: { ...SET, sinceBoot: false } },
          { directory: '/c', warning: 'cannot tell' },
          { directory: '/d' },
        ),
      ),
    );
    expect(found).toMatchObject({ lastSet: { server: '192.0.2.1' }, noRecordIn: ['/d'], warnings: [] });
    expect(statusLines(found)).toMatch(
      /^last set: +2026-11-21T12:10:23Z, before this boot: step of -3\.250 s to 192\.0\.2\.1 \(± 1\.00 ms\)$/m,
    );
  });

  test('without any: where there is no record', async () => {
    const found = await status(machine({}, remembering({ directory: '/a' }, { directory: '/b' })));
    expect(found.lastSet).toBeUndefined();
    expect(statusLines(found)).toMatch(/^last set: +no record in \/a, \/b$/m);
  });

  test('that cannot be read is unknown, with each warning', async () => {
    const unreadable = remembering({ directory: '/a', warning: 'one' }, { directory: '/b', warning: 'two' });
    const found = await status(machine({}, unreadable));
    expect(found.warnings).toEqual(['one', 'two']);
    expect(statusLines(found)).toMatch(/^last set: +unknown$/m);
  });
});

describe('since when the clock is synchronized', () => {
  const set = remembering({ directory: '/a', lastSet: { ...SET, sinceBoot: true } });

  test('is told where tsntp alone has set it', async () => {
    const found = await status(machine({ synchronized: true }, set));
    expect(statusLines(found)).toMatch(/^synchronized: +yes, since 2026-11-21T12:10:23Z$/m);
  });

  test.each<[string, Partial<StatusPorts>]>([
    [
      'another service is running',
      { timeServices: async () => ({ services: [{ name: 'chronyd', stop: 's' }] }) },
    ],
    ['other services may be hidden', { timeServices: async () => ({ services: [], hidden: 'no /proc' }) }],
    ['it was before this boot', remembering({ directory: '/a', lastSet: { ...SET, sinceBoot: false } })],
  ])('is not told where %s', async (_, changes) => {
    const found = await status(machine({ synchronized: true }, { ...set, ...changes }));
    expect(statusLines(found)).toMatch(/^synchronized: +yes$/m);
  });
});

test('other programs are named, or why they may be hidden', async () => {
  const chronyd = { name: 'chronyd', pid: 7, stop: 'systemctl stop chronyd' };
  const seen = await status(machine({}, { timeServices: async () => ({ services: [chronyd] }) }));
  expect(statusLines(seen)).toMatch(/^other programs: +chronyd$/m);
  expect(statusContent(seen)).toMatchObject({ services: [chronyd] });
  const hidden = await status(
    machine({}, { timeServices: async () => ({ services: [], hidden: 'no /proc' }) }),
  );
  expect(statusLines(hidden)).toMatch(/^other programs: +unknown: no \/proc$/m);
});

describe('the hardware clock', () => {
  test('ahead of the system clock has a positive offset', async () => {
    const at = { time: BEGINNING, monotonic: world({}).clock.monotonic() };
    const peekRtc = async () => ({ path: '/dev/rtc0', time: add(BEGINNING, 2), at });
    const found = await status(machine({}, { peekRtc }));
    expect(found.rtc).toEqual({ path: '/dev/rtc0', offset: 2 });
    expect(statusLines(found)).toMatch(
      /^hardware clock: +\+2\.000 s from the system clock \(\/dev\/rtc0\)$/m,
    );
  });

  test('that is not there is none, and a bug comes out', async () => {
    expect(statusLines(await status(machine()))).toMatch(/^hardware clock: +none$/m);
    const peekRtc = () => Promise.reject(new TypeError('a bug'));
    await expect(status(machine({}, { peekRtc }))).rejects.toThrow('a bug');
  });
});

test('lines: UTC, local time and what the kernel says, and nothing that it does not say', async () => {
  const kernel = {
    synchronized: true,
    maxError: 0.5,
    estimatedError: 0.01,
    frequency: -1.5,
    slewRemaining: 0,
  };
  const lines = statusLines(await status(machine(kernel)));
  expect(lines).toMatch(/^clock: +2026-11-21T00:00:00\.271828183Z \(\w+\)$/m);
  expect(lines).toMatch(/^local time: +2026-11-21 01:00:00 \+01:00$/m);
  expect(lines).toMatch(
    /^error bound: +± 500\.00 ms\nlikely error: +10\.00 ms\nslew left: +none\nfrequency: +-1\.500 ppm$/m,
  );
  const unset = { ...kernel, synchronized: false, maxError: 16, estimatedError: 16 };
  expect(statusLines(await status(machine(unset)))).toMatch(
    /^error bound: +unknown \(the kernel's maximum, 16 s\)\nlikely error: +unknown \(the kernel's maximum, 16 s\)$/m,
  );
  expect(statusLines(await status(machine()))).not.toMatch(/error bound|likely error|slew left|frequency/);
});
