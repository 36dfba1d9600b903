import { describe, expect, test } from 'vitest';
import { eraOf, zoneOf } from '../../src/fleet/wrong-offsets.ts';

const NOW = Date.UTC(2026, 10, 21) / 1000;
const WEEK = 7 * 86_400;

describe('a time zone', () => {
  test.each([
    [-3600, 'an hour behind: its time zone?'],
    [7200.4, '2 hours ahead: its time zone?'],
    [-19_800, '5 h 30 min behind: its time zone?'],
    [20_700, '5 h 45 min ahead: its time zone?'],
    [1800 + 59, '30 min ahead: its time zone?'],
    [-14 * 3600, '14 hours behind: its time zone?'],
  ])('explains an offset of %f s', (offset, words) => {
    expect(zoneOf(offset)).toBe(words);
  });

  test.each([0, 30, -59, 600, 3600 + 61, 14 * 3600 + 900])('does not explain an offset of %f s', offset => {
    expect(zoneOf(offset)).toBeUndefined();
  });
});

describe('a wrong year', () => {
  test.each([
    [-NOW, 'it shows 1970, counted from 1970, where its clock begins without a battery'],
    [-NOW + 400 * 86_400, 'it shows 1971, counted from 1970, where its clock begins without a battery'],
    [
      -NOW + Date.UTC(1980, 0, 6) / 1000,
      'it shows 1980, counted from 1980, where its clock begins without a battery',
    ],
    [-1024 * WEEK, '1024 weeks behind: GPS week rollover'],
    [-2048 * WEEK + 18, '2048 weeks behind: GPS week rollover'],
    [
      2_085_978_496 - NOW + 100,
      'it shows 2036, counted from February 2036, the start of an era of NTP: its clock was never set',
    ],
  ])('explains an offset of %f s', (offset, words) => {
    expect(eraOf(offset, NOW)).toBe(words);
  });

  test.each([0, -3600, -40 * 86_400, -1000 * WEEK])('does not explain an offset of %f s', offset => {
    expect(eraOf(offset, NOW)).toBeUndefined();
  });

  test('is none in the year itself', () => {
    const in2036 = 2_085_978_496 + 400 * 86_400;
    expect(eraOf(-366 * 86_400, in2036)).toBeUndefined();
  });
});
