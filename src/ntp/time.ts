// Instants and durations. An NTP timestamp is 32.32 fixed point without an era (RFC 5905 §6). A clock reading is a
// bigint of nanoseconds since 1970, because a float64 of seconds since 1970 has a resolution of only 238 ns. A duration
// is a number of seconds, as in the RFC's formulas.
// Sign: difference(a, b) is positive when a is later than b.

declare const ntpTimestamp: unique symbol;
declare const unixTime: unique symbol;
declare const monotonicTime: unique symbol;

/** Unsigned 32.32 fixed-point seconds of an unspecified era, as sent on the network (RFC 5905 §6). */
export type NtpTimestamp = bigint & { readonly [ntpTimestamp]: true };

/** Nanoseconds since 1970-01-01T00:00:00Z, not counting leap seconds (POSIX). */
export type UnixTime = bigint & { readonly [unixTime]: true };

/** Nanoseconds on a clock that is never stepped; its zero is arbitrary. */
export type MonotonicTime = bigint & { readonly [monotonicTime]: true };

/** A duration in seconds: offset, delay, dispersion, jitter, distance. */
export type Seconds = number;

/** The system's clock and the monotonic clock, read together: they show afterwards whether the first was stepped. */
export interface Reading {
  readonly time: UnixTime;
  readonly monotonic: MonotonicTime;
}

const NANOSECONDS = 1_000_000_000n;
/** Seconds from the prime epoch 1900 to 1970 (RFC 5905 §6, figure 4). */
const NTP_TO_UNIX = 2_208_988_800n;
const ERA = 1n << 32n;

/** Brands a count of nanoseconds since 1970. */
export function unixTimeOf(nanoseconds: bigint): UnixTime {
  return nanoseconds as UnixTime;
}

/** Brands the 64 bits of a timestamp field; higher bits are discarded. */
export function ntpTimestampOf(bits: bigint): NtpTimestamp {
  return BigInt.asUintN(64, bits) as NtpTimestamp;
}

/** Brands a count of nanoseconds of a monotonic clock. */
export function monotonicTimeOf(nanoseconds: bigint): MonotonicTime {
  return nanoseconds as MonotonicTime;
}

/** `a − b` in seconds, positive when `a` is later. Exact to the nanosecond below 2^23 s (97 days). */
export function difference(a: UnixTime, b: UnixTime): Seconds {
  return seconds(a - b);
}

/** Time from `b` to `a` in seconds, on the clock that is never stepped. */
export function elapsed(a: MonotonicTime, b: MonotonicTime): Seconds {
  return seconds(a - b);
}

/** The instant `s` seconds after `t`, rounded to the nearest nanosecond. */
export function add(t: UnixTime, s: Seconds): UnixTime {
  return (t + nanoseconds(s)) as UnixTime;
}

/** A duration as the nearest whole number of nanoseconds. */
export function nanoseconds(s: Seconds): bigint {
  const whole = Math.trunc(s);
  return BigInt(whole) * NANOSECONDS + BigInt(Math.round((s - whole) * 1e9));
}

/** The timestamp field for an instant. Rounding makes the conversion there and back lossless. */
export function toNtpTimestamp(t: UnixTime): NtpTimestamp {
  const sinceEpoch = t + NTP_TO_UNIX * NANOSECONDS;
  return ntpTimestampOf(divideRounded(sinceEpoch << 32n, NANOSECONDS));
}

/** The instant of a timestamp, in the era that places it nearest to `pivot` (RFC 5905 §6). */
export function toUnixTime(timestamp: NtpTimestamp, pivot: UnixTime): UnixTime {
  const sinceEpoch = divideRounded(timestamp * NANOSECONDS, ERA);
  const inEraZero = sinceEpoch - NTP_TO_UNIX * NANOSECONDS;
  const eras = divideRounded(pivot - inEraZero, ERA * NANOSECONDS);
  return (inEraZero + eras * ERA * NANOSECONDS) as UnixTime;
}

/** An instant as RFC 3339 in UTC with nine digits of the second, e.g. `2026-11-21T12:10:23.000000001Z`. */
export function formatInstant(t: UnixTime): string {
  const fraction = BigInt.asUintN(64, ((t % NANOSECONDS) + NANOSECONDS) % NANOSECONDS);
  const milliseconds = Number((t - fraction) / 1_000_000n);
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, `.${String(fraction).padStart(9, '0')}Z`);
}

function seconds(ns: bigint): Seconds {
  return Number(ns) / 1e9;
}

/** The nearest quotient, halves rounded up; `b` must be positive. */
function divideRounded(a: bigint, b: bigint): bigint {
  const shifted = 2n * a + b;
  const quotient = shifted / (2n * b);
  return shifted < 0n && quotient * 2n * b !== shifted ? quotient - 1n : quotient;
}
