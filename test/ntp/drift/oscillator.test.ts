import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OscillatorFilter, stretchOf } from '../../../src/ntp/drift/oscillator.ts';

const PRIOR = { frequency: 0, sigma: 500 };

/** Whether a symmetric matrix is positive definite: it has a Cholesky factor. */
function isPositive(matrix: readonly (readonly number[])[]): boolean {
  // In correlations, as the variances are of different units.
  const scale = matrix.map((row, i) => Math.sqrt(row[i]!) || 1);
  const factor: number[][] = matrix.map(row => row.map(() => 0));
  for (let i = 0; i < matrix.length; i++) {
    for (let j = 0; j <= i; j++) {
      const known = factor[i]!.slice(0, j).reduce((sum, value, k) => sum + value * factor[j]![k]!, 0);
      const rest = matrix[i]![j]! / (scale[i]! * scale[j]!) - known;
      if (i === j && !(rest > -1e-9)) return false;
      factor[i]![j] = i === j ? Math.sqrt(Math.max(rest, 0)) : rest / (factor[j]![j]! || 1);
    }
  }
  return true;
}

test('a stretch integrates a rhythm of a day', () => {
  const day = stretchOf(12_345, 86_400);
  expect(day.c).toBeCloseTo(0, 6);
  expect(day.s).toBeCloseTo(0, 6);
  // The cosine's first quarter, and the sine's.
  expect(stretchOf(0, 21_600).c).toBeCloseTo(86_400 / (2 * Math.PI), 6);
  expect(stretchOf(0, 21_600).s).toBeCloseTo(86_400 / (2 * Math.PI), 6);
  expect(stretchOf(21_600, 1).s).toBeCloseTo(1, 6);
  expect(stretchOf(0, 1).c).toBeCloseTo(1, 6);
});

test('two exact phases make a rate', () => {
  const filter = new OscillatorFilter(0.01, false, PRIOR, 1);
  filter.predict(stretchOf(0, 3600));
  filter.update(-37.5 * 3600, 1);
  expect(filter.phase).toBeCloseTo(-37.5 * 3600, 0);
  expect(filter.growth(stretchOf(0, 1))).toBeCloseTo(-37.5, 2);
  // √2 µs in an hour, and what the rate wandered.
  expect(Math.sqrt(filter.growthVariance(stretchOf(0, 1)))).toBeCloseTo(
    Math.hypot(Math.SQRT2 / 3600, 0.01 / Math.sqrt(3)),
    4,
  );
});

test('the filter with a rhythm learns it', () => {
  const filter = new OscillatorFilter(0.003, true, PRIOR, 1);
  const angular = (2 * Math.PI) / 86_400;
  for (let hour = 1; hour <= 96; hour++) {
    filter.predict(stretchOf(3600 * (hour - 1), 3600));
    filter.update(5 * 3600 * hour + (2 / angular) * Math.sin(angular * 3600 * hour), 1);
  }
  expect(filter.rhythm[0]).toBeCloseTo(2, 1);
  expect(filter.rhythm[1]).toBeCloseTo(0, 1);
  expect(filter.growth(stretchOf(0, 86_400)) / 86_400).toBeCloseTo(5, 1);
});

describe('the covariance', () => {
  const step = fc.record({
    kind: fc.constantFrom('update', 'update', 'loosen', 'restart'),
    elapsed: fc.oneof(
      fc.double({ min: 1e-3, max: 1e7, noNaN: true }),
      fc.constantFrom(60, 900, 3600, 86_400),
    ),
    surprise: fc.double({ min: -1e8, max: 1e8, noNaN: true }),
    noise: fc.double({ min: 20, max: 1e6, noNaN: true }),
    share: fc.constantFrom(0, 0.8),
  });

  test.each([false, true])('stays symmetric and positive whatever comes (rhythm: %s)', daily => {
    const wanders = fc.constantFrom(0.003, 0.1, 3);
    fc.assert(
      fc.property(wanders, fc.array(step, { minLength: 1, maxLength: 60 }), (wander, steps) => {
        const filter = new OscillatorFilter(wander, daily, PRIOR, 400);
        let time = 0;
        for (const { kind, elapsed, surprise, noise, share } of steps) {
          filter.predict(stretchOf(time % 86_400, elapsed));
          expect(isPositive(filter.covariance)).toBe(true);
          time += elapsed;
          const phase = filter.phase + Math.max(Math.min(surprise, 1e5 * elapsed), -1e5 * elapsed);
          const by = Math.abs(phase - filter.phase);
          if (kind === 'loosen') filter.loosen(by ** 2, (by / elapsed) ** 2, (share * by ** 2) / elapsed);
          if (kind === 'restart') filter.restart(phase, noise ** 2);
          else filter.update(phase, noise ** 2);
          expect(isPositive(filter.covariance)).toBe(true);
          expect(filter.covariance.map((_, i) => filter.covariance.map(row => row[i]))).toEqual(
            filter.covariance,
          );
          expect(filter.covariance.flat().every(Number.isFinite)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
