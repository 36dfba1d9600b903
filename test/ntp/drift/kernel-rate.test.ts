import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSameRate, kernelRateOf, rateOf } from '../../../src/ntp/drift/kernel-rate.ts';

test.each([
  [0, 10_000, 0],
  [37.5, 10_000, 37.5],
  [-500, 10_000, -500],
  [500, 10_000, 500],
  [501, 10_005, 1],
  [-749, 9_993, -49],
  [751, 10_008, -49],
  [99_990, 11_000, -10],
  [100_000, 11_000, 0],
  [123_456, 11_000, 0],
  [-1e9, 9_000, 0],
])('%d ppm is a tick of %d µs and a frequency of %d ppm', (rate, tick, frequency) => {
  expect(kernelRateOf(rate)).toEqual({ tick, frequency });
});

test('what the kernel is told is what was asked for, to half of its unit', () => {
  fc.assert(
    fc.property(fc.double({ min: -100_000, max: 100_000, noNaN: true }), rate => {
      const { frequency, tick } = kernelRateOf(rate);
      expect(Math.abs(rateOf({ frequency, tick }) - rate)).toBeLessThanOrEqual(0.5000001 / 65_536);
      expect(Number.isInteger(frequency * 65_536)).toBe(true);
      expect(Object.is(frequency, -0)).toBe(false);
      expect(Math.abs(frequency)).toBeLessThanOrEqual(500);
      expect(tick).toBeGreaterThanOrEqual(9_000);
      expect(tick).toBeLessThanOrEqual(11_000);
    }),
  );
});

test('a platform that sets the rate in larger steps receives a multiple of them', () => {
  const unit = 1e6 / 3_579_545;
  fc.assert(
    fc.property(fc.double({ min: -500, max: 500, noNaN: true }), rate => {
      const { frequency, tick } = kernelRateOf(rate, unit);
      expect(frequency / unit).toBeCloseTo(Math.round(rate / unit), 9);
      expect(tick).toBe(10_000);
    }),
  );
});

test.each([
  ['itself', 37.5, 10_000, true],
  ['one unit more', 37.5 + 1 / 65_536, 10_000, true],
  ['two units more', 37.5 + 2 / 65_536, 10_000, false],
  ['another tick', 37.5, 10_001, false],
  ['the same sum by another tick', -62.5, 10_001, false],
])('37.5 ppm is the same rate as %s: %#', (_, frequency, tick, expected) => {
  expect(isSameRate({ frequency: 37.5, tick: 10_000 }, { frequency, tick })).toBe(expected);
});
