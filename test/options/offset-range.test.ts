import { expect, test } from 'vitest';
import { readOffsetRange } from '../../src/options/offset-range.ts';

test.each([
  ['100ms', -0.1, 0.1, false],
  ['60', -60, 60, false],
  ['0', -0, 0, false],
  ['-0.1:0.5', -0.1, 0.5, false],
  ['~:1', -Infinity, 1, false],
  ['10:', 10, Infinity, false],
  [':2m', 0, 120, false],
  ['@1:2', 1, 2, true],
  ['@-250ms:1h', -0.25, 3600, true],
])('%s is the range from %f to %f, inverted: %s', (text, from, to, inside) => {
  expect(readOffsetRange(text)).toEqual({ from, to, inside });
});

test.each(['', '-1', 'abc', '2:1', '1:2:3', '~', '1:~', '@', '~:x'])('%j is no limit', text => {
  expect(readOffsetRange(text)).toBeUndefined();
});
