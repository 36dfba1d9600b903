import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { majorityOf, medianOf } from '../../src/fleet/majority.ts';

const read = (offset: number, errorBound = 0.001) => ({ offset, errorBound });

describe('the majority of readings', () => {
  test('agrees on the median of those that agree', () => {
    const found = majorityOf([read(1), read(1.01), read(1.02), read(9), read(-4)], 0.1);
    expect(found).toEqual({ agreeing: 3, offset: 1.01, errorBound: expect.closeTo(0.001, 9) });
  });

  test('must be more than half', () => {
    expect(majorityOf([read(1), read(1), read(5), read(5)], 0.1)).toBeUndefined();
    expect(majorityOf([read(1), read(1), read(1), read(5), read(5)], 0.1)?.offset).toBe(1);
  });

  test('is not moved by a minority, whatever it claims', () => {
    const wild = fc.record({
      offset: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      errorBound: fc.double({ min: 0, max: 10, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(wild, { minLength: 4, maxLength: 4 }), liars => {
        const honest = [0.01, -0.02, 0.03, 0, 0.005].map(offset => read(offset));
        const found = majorityOf([...liars, ...honest], 0.1);
        expect(Math.abs(found!.offset)).toBeLessThan(0.25);
      }),
    );
  });

  test('has a bound that contains the true median', () => {
    const offsets = fc.array(
      fc.tuple(
        fc.double({ min: -0.05, max: 0.05, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
      ),
      {
        minLength: 5,
        maxLength: 9,
      },
    );
    fc.assert(
      fc.property(offsets, clocks => {
        const bound = 0.02;
        const found = majorityOf(
          clocks.map(([offset, error]) => read(offset + error * bound, bound)),
          0.1,
        );
        const truth = medianOf(clocks.map(([offset]) => offset));
        expect(found!.agreeing).toBe(clocks.length);
        expect(Math.abs(found!.offset - truth)).toBeLessThanOrEqual(found!.errorBound + 1e-12);
      }),
    );
  });
});

test('the median of an even number of values is between the middle two', () => {
  expect(medianOf([4, 1, 3, 2])).toBe(2.5);
  expect(medianOf([7])).toBe(7);
});
