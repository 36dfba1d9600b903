import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addUp } from '../../src/ntp/sum.ts';
import { type Testimony, testimonyOf } from '../../src/ntp/witness.ts';

test.each<[ahead: number, offset: number, errorBound: number, Testimony]>([
  [93_600, 93_600, 0.01, 'servers'],
  [93_610, 93_600, 0.01, 'servers'],
  [93_610.02, 93_600, 0.01, 'neither'],
  [93_590, 93_600, 0.01, 'servers'],
  [-93_600, 93_600, 0.01, 'neither'],
  [0, 93_600, 0.01, 'clock'],
  [-10, 93_600, 0.01, 'clock'],
  [10.02, 93_600, 0.01, 'neither'],
  [11, 93_600, 1.5, 'clock'],
  [9, 9, 0.01, 'clock'],
  [Number.NaN, 93_600, 0.01, 'neither'],
])('a hardware clock %d s ahead, servers %d ± %d s: %s', (ahead, offset, errorBound, expected) => {
  expect(testimonyOf(ahead, offset, errorBound)).toBe(expected);
});

test('what says the same as this clock never speaks for the servers', () => {
  const seconds = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(seconds, fc.double({ min: 0, max: 16, noNaN: true }), (offset, errorBound) => {
      expect(testimonyOf(0, offset, errorBound)).toBe('clock');
    }),
  );
});

test.each<[offset: number, sum: number, explained: number, underWay: number, expected: number]>([
  [999, 0, 0, 0, 999],
  [999, 999, 1.8, 0, 1996.2],
  [-5, 0, 10, 0, 0],
  [-15, 100, 10, 0, 95],
  [599.5, 600, 0.2, 599.6, 600],
  [-400, 600, 0, 400, -200],
])(
  'a correction of %d s on top of %d s, of which %d s are explained, with %d s under way: %d s',
  (...row) => {
    const [offset, sum, explained, underWay, expected] = row;
    expect(addUp(offset, { sum, explained, underWay })).toBeCloseTo(expected, 9);
  },
);
