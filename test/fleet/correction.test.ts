import { expect, test } from 'vitest';
import { correctionAt, type MeasuredCorrection } from '../../src/fleet/correction.ts';
import { monotonicTimeOf } from '../../src/ntp/time.ts';

const at = (seconds: number) => monotonicTimeOf(BigInt(Math.round(seconds * 1e9)));
const before: MeasuredCorrection = { offset: 1, errorBound: 0.01, at: at(10) };
const after: MeasuredCorrection = { offset: 1.004, errorBound: 0.02, at: at(20) };

test('between two surveys the correction is linear, and its bound has room for a change in between', () => {
  expect(correctionAt(before, after, at(10)).offset).toBe(1);
  expect(correctionAt(before, after, at(15)).offset).toBeCloseTo(1.002, 9);
  expect(correctionAt(before, after, at(20)).offset).toBeCloseTo(1.004, 9);
  expect(correctionAt(before, after, at(15)).errorBound).toBeCloseTo(0.024, 9);
});

test('outside of the surveys it is that of the nearer one', () => {
  expect(correctionAt(before, after, at(5)).offset).toBe(1);
  expect(correctionAt(before, after, at(25)).offset).toBeCloseTo(1.004, 9);
});

test('after a single survey the bound grows with the drift of a bad crystal', () => {
  expect(correctionAt(before, undefined, at(110))).toEqual({
    offset: 1,
    errorBound: expect.closeTo(0.02, 9),
  });
});
