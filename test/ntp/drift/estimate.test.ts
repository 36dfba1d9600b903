import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DriftSample } from '../../../src/ntp/drift/drift-sample.ts';
import {
  correctionOf,
  type DriftEstimate,
  errorWith,
  estimateDrift,
} from '../../../src/ntp/drift/estimate.ts';
import { add, difference, nanoseconds, unixTimeOf } from '../../../src/ntp/time.ts';
import { driftSample, hourly } from '../../support/drift-samples.ts';
import { exponential, seeded } from '../../support/world/random.ts';

const HOUR = 3600;

function estimateOf(samples: readonly DriftSample[], ...rest: [interval?: number]): DriftEstimate {
  return estimateDrift(samples, rest[0] ?? HOUR)!;
}

test('without samples there is no estimate', () => {
  expect(estimateDrift([], HOUR)).toBeUndefined();
});

test('one sample tells the phase and nothing of the rate', () => {
  const estimate = estimateOf([driftSample(0)]);
  expect(estimate).toMatchObject({ frequency: 0, phase: 0, bow: 0, runs: 1, dailyAmplitude: 0 });
  expect(estimate.sigma).toBeCloseTo(500, 0);
});

test('a prior is what one sample has, and two put right', () => {
  const prior = { frequency: 30, sigma: 5 };
  const first = estimateDrift(hourly(1, -37.5), HOUR, prior)!;
  expect(first.frequency).toBeCloseTo(30, 6);
  expect(first.sigma).toBeCloseTo(5, 1);
  expect(estimateDrift(hourly(2, -37.5), HOUR, prior)!.frequency).toBeCloseTo(37.5, 0);
});

test('a prior that is wrong is given up for two samples', () => {
  const estimate = estimateDrift(hourly(2, 80), HOUR, { frequency: 30, sigma: 5 })!;
  expect(estimate.frequency).toBeCloseTo(-80, 0);
});

test.each([-37.5, 0, 12, 78, 499, -742, 20_000])('two samples an hour apart make a rate of %d ppm', rate => {
  const estimate = estimateOf(hourly(2, rate));
  expect(Math.abs(estimate.frequency + rate)).toBeLessThan(0.01 + 1e-5 * Math.abs(rate));
  expect(estimate.sigma).toBeLessThan(2);
  expect(Math.abs(estimate.phase)).toBeLessThan(1e-6 + 1e-8 * Math.abs(rate));
});

test('the correction cancels the rate of the raw clock exactly, not to first order', () => {
  // A raw clock that gains 400 ppm of true time: (1 + y)(1 − y) would be 0.16 ppm off, 0.6 ms an hour.
  const samples = [0, 1, 2].map(hour => {
    const truth = HOUR * hour;
    return driftSample(truth * 1.0004, truth * 0.0004);
  });
  const { frequency } = estimateOf(samples);
  expect(1e6 * (1.0004 * (1 + 1e-6 * frequency) - 1)).toBeCloseTo(0, 1);
});

test('what other programs do to the clock leaves the estimate as it is, to the bit', () => {
  // Whatever the clock shows: its offset is measured, and `true` is the sum of both.
  const random = seeded(3);
  const truths = hourly(30, -37.5);
  const seen = truths.map(sample => {
    const clock = add(sample.true, 2000 * (random() - 0.5));
    return { ...sample, true: add(clock, difference(sample.true, clock)) };
  });
  expect(estimateOf(seen)).toEqual(estimateOf(truths));
});

test('where the raw clock and the calendar begin makes no difference', () => {
  const samples = hourly(40, 55);
  const days = 86_400_000_000_000n;
  const elsewhere = samples.map(sample => ({
    ...sample,
    raw: sample.raw + 4_000_000_000_000_000_000n,
    true: unixTimeOf(sample.true - 30_000n * days),
  }));
  expect(estimateOf(elsewhere)).toEqual(estimateOf(samples));
});

test('only the samples since the raw clock began anew count', () => {
  const samples = hourly(5, -37.5);
  const before = driftSample(1e6, 400);
  expect(estimateOf([before, ...samples])).toEqual(estimateOf(samples));
});

describe('noise', () => {
  test('of a run that met with congestion moves neither phase nor rate', () => {
    const samples = hourly(48, -37.5);
    const congested = driftSample(48 * HOUR, -37.5e-6 * 48 * HOUR + 0.01, { delay: 0.0204, distance: 0.015 });
    const [before, after] = [estimateOf(samples), estimateOf([...samples, congested])];
    expect(Math.abs(after.frequency - before.frequency)).toBeLessThan(0.01);
    // The posterior is the prediction: nearly all of the 10 ms is noise.
    expect(after.phase).toBeCloseTo(-0.01, 4);
    expect(correctionOf(-0.01, after, false)).toBeCloseTo(0, 4);
  });

  test('that the samples claim too little of is learned', () => {
    const random = seeded(5);
    const samples = hourly(100, -37.5, { jitter: 1e-5 }).map(sample => {
      const error = exponential(1e-3, random) - exponential(1e-3, random);
      return { ...sample, true: add(sample.true, error) };
    });
    const { frequency, expectedError } = estimateOf(samples);
    expect(Math.abs(frequency - 37.5)).toBeLessThan(0.15);
    expect(expectedError).toBeGreaterThan(2e-4);
    expect(expectedError).toBeLessThan(2e-3);
  });
});

describe('a surprise', () => {
  const calm = hourly(48, -37.5);
  const next = (count: number, hours: number, rate: number, changes = {}) =>
    Array.from({ length: count }, (_, i) => {
      const at = (48 + i) * HOUR;
      return driftSample(at, -37.5e-6 * at + 1e-6 * rate * HOUR * (hours + i), changes);
    });

  test('from the same peer is a new rate, and believed after two runs', () => {
    const samples = [...calm, ...next(3, 1, 20)];
    expect(estimateOf(samples).frequency).toBeCloseTo(17.5, 0);
    // The first of them tells already that something has changed, and most of what.
    expect(estimateOf(samples.slice(0, 49)).frequency).toBeLessThan(27);
  });

  test('from another peer is an asymmetry, and leaves the rate', () => {
    const shifted = driftSample(48 * HOUR, -37.5e-6 * 48 * HOUR + 0.004, { peer: '192.0.2.2' });
    const { frequency, phase } = estimateOf([...calm, shifted]);
    expect(Math.abs(frequency - 37.5)).toBeLessThan(0.3);
    expect(Math.abs(phase)).toBeLessThan(1e-3);
    const same = estimateOf([...calm, { ...shifted, peer: '192.0.2.1' }]);
    expect(Math.abs(same.frequency - 37.5)).toBeGreaterThan(0.6);
  });

  test('from another peer that no asymmetry within the error bounds explains is a new rate', () => {
    // 72 ms, where both servers are within 5 ms.
    const samples = [...calm, ...next(2, 1, 20, { peer: '192.0.2.2' })];
    expect(estimateOf(samples.slice(0, 49)).frequency).toBeLessThan(22);
    expect(estimateOf(samples).frequency).toBeCloseTo(17.5, 0);
    const wide = samples.map(sample => ({ ...sample, distance: 0.05 }));
    expect(estimateOf(wide.slice(0, 49)).frequency).toBeGreaterThan(35);
  });

  test('is a sleep if the machine slept: the rate is kept, the phase begins anew', () => {
    const slept = driftSample(48 * HOUR, -37.5e-6 * 48 * HOUR - 1800, { asleep: 1800 });
    const { frequency, phase, sigma } = estimateOf([...calm, slept]);
    expect(frequency).toBeCloseTo(37.5, 2);
    expect(phase).toBeCloseTo(0, 9);
    expect(sigma).toBeGreaterThan(0.1);
    expect(sigma).toBeLessThan(0.2);
  });

  test('that no rate explains is a jump: the rate is kept', () => {
    const jumped = driftSample(48 * HOUR, 86_400);
    const { frequency, phase } = estimateOf([...calm, jumped]);
    expect(frequency).toBeCloseTo(37.5, 2);
    expect(phase).toBeCloseTo(0, 9);
  });
});

describe('the day', () => {
  const angular = (2 * Math.PI) / 86_400;
  /** The rate is −37.5 ppm and a rhythm of ±1 ppm. */
  const phaseAt = (at: number) => 1e-6 * (-37.5 * at - Math.cos(angular * at) / angular);
  const week = Array.from({ length: 168 }, (_, i) => driftSample(i * HOUR, phaseAt(i * HOUR)));

  test('is known after a week', () => {
    expect(estimateOf(week).dailyAmplitude).toBeCloseTo(1, 1);
    expect(estimateOf(hourly(168, -37.5)).dailyAmplitude).toBeLessThan(0.02);
  });

  test.each([1, 6, 12])('lets the rate be right in the mean of the next %d h', hours => {
    for (let last = 140; last < 164; last += 3) {
      const now = week[last]!;
      const at = last * HOUR;
      const mean = (phaseAt(at + hours * HOUR) - phaseAt(at)) / (hours * HOUR);
      const { frequency } = estimateOf(week.slice(0, last + 1), hours * HOUR);
      expect(Math.abs(frequency + 1e6 * mean), `after ${now.raw}`).toBeLessThan(0.03);
    }
  });

  test('bows the path, and the correction allows for its mean', () => {
    const samples = week.slice(0, 151).map(sample => ({ ...sample, distance: 1 }));
    const interval = 6 * HOUR;
    const { bow, frequency, phase } = estimateOf(samples, interval);
    const from = 150 * HOUR;
    const rises = Array.from({ length: 360 }, (_, i) => {
      const at = (i * interval) / 360;
      return phaseAt(from + at) - phaseAt(from) + 1e-6 * frequency * at;
    });
    const mean = rises.reduce((sum, rise) => sum + rise, 0) / rises.length;
    expect(Math.abs(mean)).toBeGreaterThan(1e-3);
    expect(bow).toBeCloseTo(mean, 4);
    expect(correctionOf(0.5, { ...estimateOf(samples, interval) }, true)).toBe(0.5 - phase - bow);
    expect(correctionOf(0.5, { ...estimateOf(samples, interval) }, false)).toBe(0.5 - phase);
  });
});

describe('the expected error', () => {
  test('is the error of the rate, where another is set than the estimate has', () => {
    const estimate = estimateOf(hourly(48, -37.5));
    expect(errorWith(estimate.frequency, estimate, HOUR)).toBe(estimate.expectedError);
    // 37.5 ppm not made up for: 135 ms at the end of the hour, 78 ms RMS.
    expect(errorWith(0, estimate, HOUR)).toBeCloseTo(0.0779, 3);
  });

  test('grows with the interval', () => {
    const samples = hourly(48, -37.5);
    const errors = [900, 3600, 21_600, 86_400].map(interval => estimateOf(samples, interval).expectedError);
    expect(errors.toSorted((a, b) => a - b)).toEqual(errors);
  });
});

describe('in any world', () => {
  const hostile = fc.record({
    step: fc.oneof(fc.bigInt({ min: -5n, max: 10n ** 13n }), fc.constantFrom(1n, 3_600_000_000_000n)),
    away: fc.oneof(
      fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
      fc.bigInt({ min: -(10n ** 7n), max: 10n ** 7n }),
    ),
    jitter: fc.double({ min: 0, max: 1e9, noNaN: true }),
    delay: fc.double({ min: 0, max: 1e9, noNaN: true }),
    distance: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constant(0.01)),
    peer: fc.constantFrom('192.0.2.1', '192.0.2.2', 'pool'),
    asleep: fc.constantFrom(0, 0, 0, 5, 1e9),
  });
  const intervals = fc.constantFrom(1, 60, 900, 3600, 86_400, 1e7);

  test('every figure is a number, the rate one that a kernel can have, the correction within the sample', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 40 }), intervals, (steps, interval) => {
        let [raw, time] = [5n, 1_800_000_000_000_000_000n];
        const samples = steps.map(({ step, away, ...rest }) => {
          raw += step;
          time += step + away;
          return { ...rest, raw, true: unixTimeOf(time) };
        });
        const estimate = estimateOf(samples, interval);
        expect(Object.values(estimate).filter(value => !Number.isFinite(value))).toEqual([]);
        const { distance } = samples.at(-1)!;
        expect(Math.abs(estimate.frequency)).toBeLessThanOrEqual(100_000);
        expect(Math.abs(estimate.phase)).toBeLessThanOrEqual(distance);
        expect(Math.abs(estimate.phase + estimate.bow)).toBeLessThanOrEqual(distance * (1 + 1e-9));
        expect(Math.min(estimate.sigma, estimate.expectedError, estimate.wander)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  test('of honest samples the rate is within five times its uncertainty', () => {
    const world = fc.record({
      seed: fc.integer(),
      rate: fc.double({ min: -500, max: 500, noNaN: true }),
      noise: fc.double({ min: 3e-5, max: 3e-3, noNaN: true }),
      spacing: fc.constantFrom(900, 3600, 21_600),
      count: fc.integer({ min: 2, max: 60 }),
    });
    fc.assert(
      fc.property(world, ({ seed, rate, noise, spacing, count }) => {
        const random = seeded(seed);
        const samples = Array.from({ length: count }, (_, i) => {
          const error = Math.sqrt(3) * noise * (2 * random() - 1);
          const at = i * spacing;
          const sample = driftSample(at, 1e-6 * rate * at, { jitter: noise, distance: 0.02 });
          return { ...sample, true: unixTimeOf(sample.true + nanoseconds(error)) };
        });
        const { frequency, sigma, phase } = estimateOf(samples, spacing);
        expect(Math.abs(frequency + rate)).toBeLessThan(5 * sigma);
        expect(Math.abs(phase)).toBeLessThan(Math.sqrt(12) * noise + 1e-5);
      }),
      { numRuns: 300 },
    );
  });
});
