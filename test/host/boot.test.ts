import { describe, expect, test } from 'vitest';
import { type Boot, bootOf, explainedSince, setSinceBoot } from '../../src/host/boot.ts';
import type { State } from '../../src/host/state.ts';
import { add, type UnixTime, unixTimeOf } from '../../src/ntp/time.ts';
import type { LastSet } from '../../src/pipeline/ports.ts';

const id = '0d7bb3ab-6d5b-4f09-8b2c-7a3e6a0c1c55';
const rest: LastSet = {
  time: '2026-11-21T12:10:23.000000001Z',
  offset: 0.2,
  kind: 'step',
  server: '203.0.113.5',
  errorBound: 0.02,
};
const known: State = { version: 1, lastSet: { bootId: id, ...rest } };
const unknown: State = { version: 1, lastSet: rest };
const set = unixTimeOf(BigInt(Date.parse(rest.time)) * 1_000_000n + 1n);
const later = (seconds: number): UnixTime => add(set, seconds);

describe('setSinceBoot', () => {
  test('is false while nothing is remembered', () => {
    expect(setSinceBoot({ version: 1 }, { bootId: id, now: set, uptime: 1e9 })).toBe(false);
  });

  test('goes by the boot id where there are two, whatever the clock shows', () => {
    expect(setSinceBoot(known, { bootId: id, now: unixTimeOf(0n), uptime: 1 })).toBe(true);
    expect(setSinceBoot(known, { bootId: 'another', now: later(1), uptime: 60 })).toBe(false);
    // A board without a battery, which begins each time in the past.
    expect(setSinceBoot(known, { bootId: 'another', now: later(-1e6), uptime: 60 })).toBe(false);
  });

  test.each<[string, State, string | undefined]>([
    ['the state', unknown, id],
    ['the platform', known, undefined],
  ])('goes by the instants where %s has none', (_, memory, bootId) => {
    expect(setSinceBoot(memory, { bootId, now: later(60), uptime: 61 })).toBe(true);
    expect(setSinceBoot(memory, { bootId, now: later(60), uptime: 59 })).toBe(false);
    expect(setSinceBoot(memory, { bootId, now: later(0), uptime: 0.01 })).toBe(true);
  });

  test('a setting in the future counts, unless the machine has booted since for certain', () => {
    expect(setSinceBoot(unknown, { now: later(-1), uptime: 1e6 })).toBe(true);
    expect(setSinceBoot(unknown, { now: unixTimeOf(0n), uptime: 1e6 })).toBe(true);
    const memory: State = { version: 1, lastSet: { ...rest, uptime: 5000 } };
    expect(setSinceBoot(memory, { now: later(-1), uptime: 4999 })).toBe(false);
    expect(setSinceBoot(memory, { now: later(-1), uptime: 5001 })).toBe(true);
  });
});

describe('explainedSince', () => {
  test.each<[string, Partial<LastSet>, Partial<Boot>, number]>([
    ['500 ppm of an hour', { uptime: 1000 }, { uptime: 4600 }, 1.8],
    ['by the instants in an older file', {}, {}, 0.03],
    ['nothing where the uptime went back, as in a snapshot', { uptime: 1000 }, { uptime: 900 }, 0],
    [
      '2 s for each suspend',
      { uptime: 0, suspends: 3, asleep: 0 },
      { uptime: 0, suspends: 6, asleep: 1e6 },
      6,
    ],
    [
      '2 s once where the kernel does not count them',
      { uptime: 0, asleep: 7 },
      { uptime: 0, asleep: 1e6 },
      2,
    ],
    [
      '2 s for one that is not counted',
      { uptime: 0, suspends: 3, asleep: 7 },
      { uptime: 0, suspends: 3, asleep: 9 },
      2,
    ],
    ['nothing for none', { uptime: 0, suspends: 3, asleep: 7 }, { uptime: 0, suspends: 3, asleep: 7.01 }, 0],
  ])('%s', (_, then, now, expected) => {
    const boot = { now: later(60), uptime: 1e5, ...now };
    expect(explainedSince({ ...rest, ...then }, boot)).toBeCloseTo(expected, 9);
  });
});

test('this boot has an uptime, and what of it was sleep', () => {
  const boot = bootOf({ bootId: () => id, now: () => set });
  expect(boot).toMatchObject({ bootId: id, now: set });
  expect(boot.uptime).toBeGreaterThan(0);
  expect(Math.abs(bootOf({ bootId: () => id, now: () => set }).asleep! - boot.asleep!)).toBeLessThan(0.1);
});
