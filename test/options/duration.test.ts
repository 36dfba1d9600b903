// Durations as people write them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDuration, parseNumber } from '../../src/options/duration.ts';

test.each([
  ['1.5', 1.5],
  ['.5', 0.5],
  ['1e-3', 0.001],
  ['250ms', 0.25],
  ['250 ms', 0.25],
  ['50us', 0.00005],
  ['4s', 4],
  ['2m', 120],
  ['2min', 120],
  ['1h', 3600],
  ['1.5d', 129_600],
  [' 7 ', 7],
])('"%s" is %d seconds', (text, seconds) => {
  expect(parseDuration(text)).toBeCloseTo(seconds, 9);
});

test.each([
  '',
  ' ',
  'ms',
  '1 x',
  '4x',
  '1h2m',
  '0x10',
  'Infinity',
  'NaN',
  '1,5',
  '1_0',
  '٣',
  '1M',
  '1H',
  's4',
  '--1',
])('"%s" is no duration', text => {
  expect(parseDuration(text)).toBeUndefined();
});

test('a number has no unit', () => {
  expect([parseNumber('16'), parseNumber('16s')]).toEqual([16, undefined]);
});

test('every number that JavaScript writes is one, and the unit multiplies it', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), number => {
      const written = Number(String(number));
      expect(parseDuration(String(number))).toBe(written);
      expect(parseDuration(`${number}h`)).toBe(written * 3600);
    }),
  );
});
