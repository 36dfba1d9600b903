import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundedRate, rateBounds } from '../../../src/ntp/drift/rate-bounds.ts';
import { driftSample, hourly } from '../../support/drift-samples.ts';

test('the error bounds of the last two samples and 1 ppm are what there is room for', () => {
  // 2 · 18 ms in an hour are 10 ppm.
  const { low, high } = rateBounds(hourly(3, -37.5, { distance: 0.018 }), false);
  expect(low).toBeCloseTo(37.5 - 11, 6);
  expect(high).toBeCloseTo(37.5 + 11, 6);
});

test('only the last two samples count', () => {
  const samples = [driftSample(0, 5), ...hourly(2, 20).map(one => ({ ...one, raw: one.raw + 1n }))];
  const { low, high } = rateBounds(samples, false);
  expect((low + high) / 2).toBeCloseTo(-20, 3);
});

test.each([
  ['there is one sample', [driftSample(0)]],
  ['there is none', []],
  ['the machine slept in between', [driftSample(0), driftSample(3600, 0, { asleep: 2 })]],
  ['the phase jumped in between', [driftSample(0), driftSample(60, 9)]],
  ['the raw clock began anew', [driftSample(3600), driftSample(0)]],
])('nothing but the kernel bounds the rate where %s', (_, samples) => {
  expect(rateBounds(samples, false)).toEqual({ low: -500, high: 500 });
  expect(rateBounds(samples, true)).toEqual({ low: -100_000, high: 100_000 });
});

test('beyond 500 ppm the tick is needed', () => {
  const samples = hourly(2, -742, { distance: 0.018 });
  expect(rateBounds(samples, false)).toEqual({ low: 500, high: 500 });
  const { low, high } = rateBounds(samples, true);
  expect(low).toBeCloseTo(731, 6);
  expect(high).toBeCloseTo(753, 6);
});

test.each([
  [-1000, 26.5],
  [26.5, 26.5],
  [30, 30],
  [1000, 48.5],
])('%d ppm is set as %d', (wanted, expected) => {
  expect(boundedRate(wanted, { low: 26.5, high: 48.5 })).toBe(expected);
});

test('a server that lies within its bound bends the rate by no more than two bounds an interval and 1 ppm', () => {
  const lie = fc.double({ min: -1, max: 1, noNaN: true });
  const rates = fc.double({ min: -480, max: 480, noNaN: true });
  const intervals = fc.double({ min: 60, max: 86_400, noNaN: true });
  fc.assert(
    fc.property(lie, lie, rates, intervals, (first, second, rate, interval) => {
      const distance = 0.02;
      const samples = [
        driftSample(0, first * distance, { distance }),
        driftSample(interval, 1e-6 * rate * interval + second * distance, { distance }),
      ];
      const { low, high } = rateBounds(samples, false);
      // The truth is always allowed, and nothing is that is farther from it than twice the reach.
      expect(boundedRate(-rate, { low, high })).toBeCloseTo(-rate, 3);
      const reach = (2e6 * distance) / interval + 1;
      expect(high - low).toBeLessThanOrEqual(2 * reach + 1e-6);
      expect(Math.max(Math.abs(low), Math.abs(high))).toBeLessThanOrEqual(500);
    }),
  );
});
