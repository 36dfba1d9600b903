import { expect, test } from 'vitest';
import { addUp } from '../../src/ntp/sum.ts';

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
