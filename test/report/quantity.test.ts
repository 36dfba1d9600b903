// Seconds as people read them.

import { expect, test } from 'vitest';
import { formatDuration, formatOffset, formatSize, sixDecimals } from '../../src/report/quantity.ts';

test.each([
  [0, '0.000 ms'],
  [0.000012, '0.012 ms'],
  [0.000463, '0.463 ms'],
  [0.02113, '21.13 ms'],
  [0.99999, '999.99 ms'],
  [0.999999, '1.000 s'],
  [1, '1.000 s'],
  [-38908.575181, '-38908.6 s'],
])('a duration of %f s is %s', (s, text) => {
  expect(formatDuration(s)).toBe(text);
});

test.each([
  [0.001, '+1.00 ms'],
  [-0.00046, '-0.460 ms'],
  [1.0000004, '+1.000 s'],
])('an offset of %f s is %s', (s, text) => {
  expect(formatOffset(s)).toBe(text);
});

test.each([
  [-0.5, '500.00 ms'],
  [90, '90.000 s'],
  [-300, '300.000 s (5.0 min)'],
  [3600, '3600.0 s (1.0 h)'],
  [1_795_000_000, '1795000000.0 s (56.9 years)'],
])('a size of %f s is %s', (s, text) => {
  expect(formatSize(s)).toBe(text);
});

test.each([
  [-0.000463, '-0.000463'],
  [-0.0000001, '0.000000'],
  [38908.5751814, '38908.575181'],
])('ntpdate writes %f s as %s', (s, text) => {
  expect(sixDecimals(s)).toBe(text);
});
