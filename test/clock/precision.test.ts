// A clock's precision, and the end of each loop that waits for a clock to move.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { openClock } from '../../src/clock/index.ts';
import { patience } from '../../src/clock/patience.ts';
import { measurePrecision } from '../../src/clock/precision.ts';
import { readOnly } from '../../src/clock/read-only.ts';
import { unixTimeOf } from '../../src/ntp/time.ts';
import { recordedLibrary } from '../support/recorded-library.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const error = expect.objectContaining({
  name: 'ClockError',
  kind: 'failed',
  message: expect.stringContaining('stands still or runs backward'),
});

/** A clock of which each reading is `step` ns after the one before. */
function stepping(step: bigint) {
  let time = 1_795_263_023_000_000_000n;
  return () => {
    time += step;
    return unixTimeOf(time);
  };
}

/** Counts a wait by a clock that moves by `step` ns, and fails the test that never stops looking at it. */
function counting(step: bigint): () => bigint {
  let [time, looks] = [5n, 0];
  return () => {
    looks += 1;
    if (looks > 3_000_000) throw new Error('the wait has no end');
    time += step;
    return time;
  };
}

describe('measurePrecision', () => {
  test.each([1n, 1000n, 15_625_000n])('is the step of a clock that ticks by %d ns', tick => {
    expect(measurePrecision(stepping(tick))).toBeCloseTo(Number(tick) / 1e9, 12);
  });

  test('waits for a clock that ticks in tenths of a second', () => {
    const tick = () => unixTimeOf((process.hrtime.bigint() / 100_000_000n) * 100_000_000n);
    expect(measurePrecision(tick)).toBeCloseTo(0.1, 9);
  });

  test.each([
    ['stands still', 0n],
    ['runs backward', -1000n],
  ])('a clock that %s is an error', (_, step) => {
    expect(() => measurePrecision(stepping(step))).toThrow(error);
  });

  test('is measured where the clock that counts the wait stands still', () => {
    vi.spyOn(process.hrtime, 'bigint').mockImplementation(counting(0n));
    expect(() => measurePrecision(stepping(0n))).toThrow(error);
  });
});

test('a clock without an adapter that stands still is an error', () => {
  vi.spyOn(Date, 'now').mockReturnValue(1_795_263_023_000);
  expect(() => readOnly('no reason')).toThrow(error);
});

test('a clock with an adapter that stands still is not replaced by one without', async () => {
  const library = recordedLibrary({ clock_gettime: () => 0, clock_adjtime: () => 0 });
  await expect(openClock('linux', async () => library)).rejects.toThrow(error);
});

test.each([
  ['stands still', 0n],
  ['runs backward', -1n],
])('patience ends where the clock that it is counted by %s', (_, step) => {
  const more = patience(1, counting(step));
  let looks = 0;
  while (more()) looks += 1;
  expect(looks).toBeGreaterThan(1000);
});
