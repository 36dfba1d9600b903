import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  chronydDriftFile,
  DriftFileError,
  ntpdDriftFile,
  readDriftFile,
} from '../../../src/ntp/drift/drift-file.ts';

test.each([
  ["ntpd's, as it writes it", '37.412000\n', { from: 'ntpd', frequency: 37.412 }],
  ["ntpd's of a clock that gains", '-12.5\n', { from: 'ntpd', frequency: -12.5 }],
  ["ntpd's of old, whole", '+18', { from: 'ntpd', frequency: 18 }],
  [
    "chronyd's of a clock that loses",
    '          -37.412000             0.050000\n',
    { from: 'chronyd', frequency: 37.412, skew: 0.05 },
  ],
  ["chronyd's of a clock that gains", '12.5 0.1\r\n', { from: 'chronyd', frequency: -12.5, skew: 0.1 }],
  [
    "chronyd's before it knows anything",
    '0.000000 1000000.000000',
    { from: 'chronyd', frequency: 0, skew: 1e6 },
  ],
])('a drift file of %s', (_, text, expected) => {
  expect(readDriftFile(text)).toEqual(expected);
});

test.each([
  ['', /neither one decimal number/],
  ['\n', /neither one decimal number/],
  ['nan', /neither one decimal number/],
  ['Infinity', /neither one decimal number/],
  ['0x10', /neither one decimal number/],
  ['1e3', /neither one decimal number/],
  ['-1.274e-03\n', /neither one decimal number/],
  ['37,4', /neither one decimal number/],
  ['1 2 3', /neither one decimal number/],
  ['12.5 nan', /neither one decimal number/],
  ['0.0 1795622400 0.0\n1795622400\nUTC\n', /neither one decimal number/],
  ['-1274.332\n', /-1274\.332 ppm is out of range: it must be between -500 and 500 ppm/],
  ['500.000000\n', /500 ppm is out of range/],
  ['-500.000000 0.1\n', /-500 ppm is out of range/],
  ['12.5 -0.1', /skew of -0\.1 ppm is out of range/],
])('no drift file: %j', (text, message) => {
  expect(() => readDriftFile(text)).toThrow(DriftFileError);
  expect(() => readDriftFile(text)).toThrow(message);
});

test('the two programs write the same rate with opposite signs', () => {
  expect(ntpdDriftFile(37.4123456)).toBe('37.412346\n');
  expect(readDriftFile(ntpdDriftFile(-700.5)).frequency).toBeCloseTo(-500, 5);
  expect(chronydDriftFile(37.4123456, 0.05)).toBe('          -37.412346             0.050000\n');
  expect(ntpdDriftFile(-0.0000001)).toBe('0.000000\n');
  expect(chronydDriftFile(0, 0)).toBe('            0.000000             0.000000\n');
});

test('what is exported is imported as the same rate', () => {
  const rate = fc.double({ min: -499.9, max: 499.9, noNaN: true });
  fc.assert(
    fc.property(rate, fc.double({ min: 0, max: 1e6, noNaN: true }), (frequency, sigma) => {
      expect(readDriftFile(ntpdDriftFile(frequency)).frequency).toBeCloseTo(frequency, 5);
      const chronyd = readDriftFile(chronydDriftFile(frequency, sigma));
      expect(chronyd.frequency).toBeCloseTo(frequency, 5);
      expect(chronyd.skew).toBeCloseTo(sigma, 5);
    }),
  );
});

test('any text is a rate or a refusal in one line', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'-+0123456789. \n'), maxLength: 30 }),
  );
  fc.assert(
    fc.property(text, drift => {
      try {
        expect(Math.abs(readDriftFile(drift).frequency)).toBeLessThan(500);
      } catch (error) {
        expect(error).toBeInstanceOf(DriftFileError);
        expect((error as Error).message).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }
    }),
  );
});
