// The values of JSON that a stored file may contain: numbers within their limits, names that are safe to print, nanoseconds.

/** No name of the DNS is longer. */
const LONGEST_NAME = 255;

/** Nanoseconds as JSON has them: text, because its numbers are too coarse; within 64 bits. */
export function nanosecondsOf(value: unknown): bigint | undefined {
  if (typeof value !== 'string' || !/^-?\d{1,19}$/.test(value)) return undefined;
  const nanoseconds = BigInt(value);
  return BigInt.asIntN(64, nanoseconds) === nanoseconds ? nanoseconds : undefined;
}

/** A duration in seconds, within what a sane sample can have. */
export function isSpan(value: unknown): value is number {
  return isNumber(value, 0, 1e9);
}

/** Seconds that a clock was off by; one that shows 1970 is off by half a century. */
export function isCorrection(value: unknown): value is number {
  return isNumber(value, -1e10, 1e10);
}

/** A correction of the rate in ppm. */
export function isRate(value: unknown): value is number {
  return isNumber(value, -100_000, 100_000);
}

/** A number from `least` to `most`; JSON reads 1e999 as infinity. */
export function isNumber(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}

/** A name that is safe to print: no escape sequences, no second line. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME && !/\p{C}/u.test(value);
}

/** Absent, or such a value. */
export function isOptional<T>(value: unknown, is: (value: unknown) => value is T): value is T | undefined {
  return value === undefined || is(value);
}

/** An object, or an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
