import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hullOf, type Interval, overlapsOf } from '../../src/ntp/overlap.ts';

const from = (low: number, high: number): Interval => ({ low, high });

test('without intervals no point is in any', () => {
  expect(overlapsOf([]).most).toBe(0);
  expect(overlapsOf([]).where(1)).toEqual([]);
});

test('intervals that touch overlap in a point', () => {
  const { most, where } = overlapsOf([from(0, 1), from(1, 2)]);
  expect(most).toBe(2);
  expect(where(2)).toEqual([from(1, 1)]);
  expect(where(1)).toEqual([from(0, 2)]);
});

test('places that lie apart ascend, and their hull spans them', () => {
  const { most, where } = overlapsOf([from(5, 9), from(0, 3), from(2, 6), from(8, 8)]);
  expect(most).toBe(2);
  expect(where(2)).toEqual([from(2, 3), from(5, 6), from(8, 8)]);
  expect(hullOf(where(2))).toEqual(from(2, 8));
});

test('a point is in a place exactly when so many intervals contain it', () => {
  const whole = fc.integer({ min: -6, max: 6 });
  const interval = fc.tuple(whole, whole).map(([a, b]) => from(Math.min(a, b), Math.max(a, b)));
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 8 }), fc.integer({ min: 1, max: 4 }), (intervals, count) => {
      const contains = (point: number) => (one: Interval) => one.low <= point && point <= one.high;
      const { most, where } = overlapsOf(intervals);
      const depths = Array.from({ length: 25 }, (_, i) => intervals.filter(contains(i / 2 - 6)).length);
      expect(most).toBe(Math.max(...depths));
      const places = where(count);
      for (const [i, depth] of depths.entries())
        expect(places.filter(contains(i / 2 - 6))).toHaveLength(depth >= count ? 1 : 0);
    }),
  );
});
