import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  add,
  difference,
  elapsed,
  formatInstant,
  monotonicTimeOf,
  nanoseconds,
  ntpTimestampOf,
  toNtpTimestamp,
  toUnixTime,
  unixTimeOf,
} from '../../src/ntp/time.ts';
import { instant, NOW } from '../support/builders.ts';

const SECOND = 1_000_000_000n;
const ERA = (1n << 32n) * SECOND;

/** Any instant from the year 1200 to 2800. */
const instants = fc.bigInt({ min: -24n * 10n ** 18n, max: 26n * 10n ** 18n }).map(unixTimeOf);
const timestamps = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(ntpTimestampOf);
/** Durations whose nanoseconds a float64 of seconds still tells apart: up to 2^23 s. */
const durations = fc.bigInt({ min: -(2n ** 23n) * SECOND, max: 2n ** 23n * SECOND });

describe('eras (RFC 5905 §6, figure 4)', () => {
  test.each([
    ['1900-01-01T00:00:00Z', 0n],
    ['1970-01-01T00:00:00Z', 2_208_988_800n],
    ['1972-01-01T00:00:00Z', 2_272_060_800n],
    ['1999-12-31T00:00:00Z', 3_155_587_200n],
    ['2036-02-07T06:28:15Z', 4_294_967_295n],
    ['2036-02-07T06:28:16Z', 0n],
    ['2036-02-08T00:00:00Z', 63_104n],
  ])('%s is second %i of its era', (text, second) => {
    expect(toNtpTimestamp(instant(text))).toBe(second << 32n);
    expect(toUnixTime(ntpTimestampOf(second << 32n), instant(text))).toBe(instant(text));
  });

  test.each(['2026-11-21T12:00:00Z', '2036-02-07T06:28:15Z', '2036-02-07T06:28:16Z', '2050-01-01T00:00:00Z'])(
    'seen from %s, the last second of era 0 and the first of era 1 follow each other',
    pivot => {
      const last = ntpTimestampOf(0xffff_ffff_0000_0000n);
      expect(formatInstant(toUnixTime(last, instant(pivot)))).toBe('2036-02-07T06:28:15.000000000Z');
      const first = ntpTimestampOf(0n);
      expect(formatInstant(toUnixTime(first, instant(pivot)))).toBe('2036-02-07T06:28:16.000000000Z');
    },
  );

  test('the same bits are 1970 or 2106, whichever is nearer', () => {
    const bits = toNtpTimestamp(instant('1970-01-01T00:00:00Z'));
    expect(formatInstant(toUnixTime(bits, instant('2026-01-01T00:00:00Z')))).toMatch(/^1970-01-01T00:00:00/);
    expect(formatInstant(toUnixTime(bits, instant('2038-01-18T00:00:00Z')))).toMatch(/^1970-01-01/);
    expect(formatInstant(toUnixTime(bits, instant('2038-01-20T00:00:00Z')))).toMatch(/^2106-02-07T06:28:16/);
    expect(formatInstant(toUnixTime(bits, instant('2099-01-01T00:00:00Z')))).toMatch(/^2106-02-07T06:28:16/);
  });

  test('half an era before and after the pivot is as far as an instant can be from it', () => {
    fc.assert(
      fc.property(timestamps, instants, (timestamp, pivot) => {
        const distance = toUnixTime(timestamp, pivot) - pivot;
        expect(2n * (distance < 0n ? -distance : distance)).toBeLessThanOrEqual(ERA);
      }),
    );
  });
});

describe('2^-32 s and nanoseconds', () => {
  test('an instant comes back from a timestamp to the nanosecond', () => {
    fc.assert(
      fc.property(instants, t => {
        expect(toUnixTime(toNtpTimestamp(t), t)).toBe(t);
      }),
    );
  });

  test('every nanosecond of the last microsecond of an era comes back', () => {
    const end = instant('2036-02-07T06:28:16Z');
    for (let ns = -1000n; ns < 1000n; ns++) {
      const t = unixTimeOf(end + ns);
      expect(toUnixTime(toNtpTimestamp(t), NOW)).toBe(t);
    }
  });

  test('a timestamp that went to nanoseconds and back is the same instant', () => {
    fc.assert(
      fc.property(timestamps, timestamp => {
        const t = toUnixTime(timestamp, NOW);
        const back = toNtpTimestamp(t);
        expect(toUnixTime(back, NOW)).toBe(t);
        const moved = BigInt.asIntN(64, back - timestamp);
        expect(moved < 0n ? -moved : moved).toBeLessThanOrEqual(3n);
      }),
    );
  });

  test.each([
    [1n, 0n],
    [2n, 0n],
    [3n, 1n],
    [4n, 1n],
    [0x8000_0000n, 500_000_000n],
    [0xffff_ffffn, SECOND],
  ])('%i × 2^-32 s is nearest to %i ns', (fraction, ns) => {
    expect(toUnixTime(ntpTimestampOf((2_208_988_800n << 32n) + fraction), unixTimeOf(0n))).toBe(ns);
  });

  test.each([
    [1n, 4n],
    [2n, 9n],
    [3n, 13n],
    [-1n, -4n],
    [-2n, -9n],
    [250_000_000n, 0x4000_0000n],
  ])('%i ns is nearest to %i × 2^-32 s', (ns, fraction) => {
    expect(toNtpTimestamp(unixTimeOf(ns))).toBe((2_208_988_800n << 32n) + fraction);
  });

  test('a timestamp has 64 bits', () => {
    expect(ntpTimestampOf((1n << 64n) + 5n)).toBe(5n);
    expect(ntpTimestampOf(-1n)).toBe(0xffff_ffff_ffff_ffffn);
  });
});

describe('durations', () => {
  test('difference and elapsed are positive when the first is the later', () => {
    expect(difference(unixTimeOf(1_500_000_000n), unixTimeOf(1_000_000_000n))).toBe(0.5);
    expect(difference(unixTimeOf(1_000_000_000n), unixTimeOf(1_500_000_000n))).toBe(-0.5);
    expect(elapsed(monotonicTimeOf(1_500_000_000n), monotonicTimeOf(1_000_000_000n))).toBe(0.5);
  });

  test('a nanosecond is seen across the epoch and across 1970', () => {
    expect(difference(unixTimeOf(NOW + 1n), NOW)).toBe(1e-9);
    expect(difference(unixTimeOf(-1n), unixTimeOf(1n))).toBe(-2e-9);
  });

  test.each([
    [0, 0n],
    [-0, 0n],
    [1e-9, 1n],
    [-1e-9, -1n],
    [1.4e-9, 1n],
    [-1.4e-9, -1n],
    [1.6e-9, 2n],
    [-1.6e-9, -2n],
    [0.128, 128_000_000n],
    [-3.25, -3_250_000_000n],
    [0.999_999_999_9, SECOND],
    [-38_908.575_181, -38_908_575_181_000n],
    [1e8, 100_000_000n * SECOND],
  ])('%d s is %i ns', (s, ns) => {
    expect(nanoseconds(s)).toBe(ns);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d s is none', s => {
    expect(() => nanoseconds(s)).toThrow(RangeError);
  });

  test('up to 2^23 s no nanosecond is lost on the way through a number', () => {
    fc.assert(
      fc.property(instants, durations, (t, ns) => {
        const later = unixTimeOf(t + ns);
        expect(add(t, difference(later, t))).toBe(later);
        expect(nanoseconds(difference(later, t))).toBe(ns);
      }),
    );
  });
});

describe('formatInstant', () => {
  test.each([
    [0n, '1970-01-01T00:00:00.000000000Z'],
    [1n, '1970-01-01T00:00:00.000000001Z'],
    [999_999_999n, '1970-01-01T00:00:00.999999999Z'],
    [SECOND, '1970-01-01T00:00:01.000000000Z'],
    [-1n, '1969-12-31T23:59:59.999999999Z'],
    [-SECOND, '1969-12-31T23:59:59.000000000Z'],
    [-SECOND - 1n, '1969-12-31T23:59:58.999999999Z'],
    [-2_208_988_800n * SECOND, '1900-01-01T00:00:00.000000000Z'],
    [2_085_978_496n * SECOND - 1n, '2036-02-07T06:28:15.999999999Z'],
    [NOW, '2026-11-21T12:10:23.000000001Z'],
  ])('%i', (ns, text) => {
    expect(formatInstant(unixTimeOf(ns))).toBe(text);
  });

  test('every instant can be read back', () => {
    fc.assert(
      fc.property(instants, t => {
        expect(instant(formatInstant(t))).toBe(t);
      }),
    );
  });
});
