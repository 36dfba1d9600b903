import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inferTick, mayBeCoarse } from '../../src/ntp/tick.ts';
import {
  add,
  type Seconds,
  toNtpTimestamp,
  toUnixTime,
  type UnixTime,
  unixTimeOf,
} from '../../src/ntp/time.ts';
import { instant, ticked } from '../support/builders.ts';

const START = instant('2026-11-21T12:10:23.718281828Z');

/** The one for a bound. */
function longestTick(stamps: readonly UnixTime[], ours: readonly UnixTime[], atLeast: Seconds): Seconds {
  return inferTick(stamps, ours, atLeast).longest;
}

/** Requests so far apart, but for timers that are late. */
function requests(n: number, spacing: Seconds): UnixTime[] {
  return Array.from({ length: n }, (_, i) => add(START, i * spacing + 4e-4 * Math.abs(Math.sin(i + 1))));
}

/** Stamps of a clock with this tick, which began so long after a second did. */
function stamped(times: readonly UnixTime[], tick: Seconds, phase?: Seconds): UnixTime[] {
  return times.map(time => ticked(time, tick, phase));
}

describe('a tick that begins with the second', () => {
  test.each([1, 0.5, 0.25, 0.1, 0.01, 0.001, 1 / 64, 1 / 128, 1 / 256, 0.004])(
    'of %f s is seen in four samples, whatever their spacing',
    tick => {
      for (const spacing of [0.053, 0.1, 0.37, 2]) {
        const ours = requests(4, spacing);
        expect(longestTick(stamped(ours, tick), ours, 0)).toBeGreaterThanOrEqual(tick * 0.999);
      }
    },
  );

  test.each([1, 0.01, 0.001])('of %f s is seen in one sample', tick => {
    const ours = requests(1, 1);
    expect(longestTick(stamped(ours, tick), ours, 0)).toBeGreaterThanOrEqual(tick);
  });

  test('that is unusual is seen where the requests do not lie on its grid themselves', () => {
    const ours = requests(4, 0.053);
    expect(longestTick(stamped(ours, 0.005), ours, 0)).toBeCloseTo(0.005, 9);
  });

  test('is the one that the samples vary by, not a coarser one', () => {
    const ours = requests(8, 0.037);
    expect(longestTick(stamped(ours, 0.01), ours, 0)).toBeCloseTo(0.01, 9);
    expect(longestTick(stamped(ours, 0.001), ours, 0)).toBeCloseTo(0.001, 9);
  });

  test('is likely the usual one where stamps lie on several grids, unless that is finer than what they disagree by', () => {
    const ours = requests(4, 0.2);
    const stamps = ours.map((_, i) => unixTimeOf(1_800_000_000_040_000_000n + BigInt(i) * 200_000_000n));
    const { likeliest, longest } = inferTick(stamps, ours, 0);
    expect(likeliest).toBeCloseTo(0.01, 9);
    expect(longest).toBeCloseTo(0.04, 9);
    expect(inferTick(stamps, ours, 0.015).likeliest).toBeCloseTo(0.04, 9);
  });
});

test.each([0.0156, 0.0156001, 1 / 64, 1 / 60, 0.01, 0.033])(
  'a tick of %f s that began at any time is seen in the gaps',
  tick => {
    const ours = requests(6, 0.057);
    expect(longestTick(stamped(ours, tick, 0.003_141_592), ours, 0)).toBeCloseTo(tick, 6);
  },
);

test('a clock that shows the same in each sample shows whole seconds', () => {
  const ours = requests(4, 0.05);
  const stamps = ours.map(() => START);
  expect(longestTick(stamps, ours, 0)).toBe(1);
});

test.each([0.5, 0.25, 0.345_678_901, 0.006_250_028])(
  'the same %f s of each second are likely enough whole seconds of that phase, however round it is',
  phase => {
    const ours = requests(4, 2);
    expect(longestTick(stamped(ours, 1, phase), ours, 0)).toBe(1);
  },
);

describe('no tick is seen', () => {
  const seconds = (max: number) => fc.double({ min: 0, max, noNaN: true, noDefaultInfinity: true });
  /** Instants to the nanosecond, far from a regular spacing. */
  const times = fc
    .record({
      start: fc.bigInt({ min: 1_700_000_000_000_000_000n, max: 1_900_000_000_000_000_000n }),
      gaps: fc.array(fc.tuple(fc.constantFrom(0.05, 0.1, 2), fc.integer({ min: 1, max: 2_000_000 })), {
        maxLength: 15,
      }),
    })
    .map(({ start, gaps }) => {
      let at = start;
      const all = [unixTimeOf(at)];
      for (const [gap, late] of gaps) {
        at += BigInt(Math.round(gap * 1e9)) + BigInt(late);
        all.push(unixTimeOf(at));
      }
      return all;
    });

  /** The same numbers each time: chance has its share of one in 10⁵. */
  const always = { seed: 20_261_121, numRuns: 3000 };

  test('in stamps of nanoseconds and of 2^-32 s', () => {
    fc.assert(
      fc.property(times, seconds(0.1), (ours, way) => {
        const theirs = ours.map((time, i) => add(time, way + 1e-5 * Math.abs(Math.sin(3 * i + 1))));
        expect(longestTick(theirs, ours, 0)).toBe(0);
        const wire = theirs.map(time => toUnixTime(toNtpTimestamp(time), time));
        expect(longestTick(wire, ours, 0)).toBe(0);
      }),
      always,
    );
  });

  test('stamps that are as regular as the requests show no tick', () => {
    const ours = Array.from({ length: 4 }, (_, i) => add(START, 0.1 * i));
    expect(
      longestTick(
        ours.map(time => add(time, 0.0123)),
        ours,
        0,
      ),
    ).toBe(0);
    const round = [instant('2026-11-21T12:10:23Z')];
    expect(longestTick(round, round, 0)).toBe(0);
  });
});

describe('a quick look at one timestamp', () => {
  test.each([1, 0.5, 0.1, 0.01, 0.001, 1 / 64, 1 / 60, 1 / 256])('lets a tick of %f s pass', tick => {
    const times = Array.from({ length: 100 }, (_, i) => add(START, i * 0.0137));
    expect(stamped(times, tick).filter(stamp => !mayBeCoarse(stamp))).toEqual([]);
  });

  test('lets one in a thousand timestamps of a fine clock pass', () => {
    const times = Array.from({ length: 10_000 }, (_, i) => add(START, (i * 0.618_033_988_7) % 1));
    expect(times.filter(mayBeCoarse).length).toBeLessThan(60);
  });
});
