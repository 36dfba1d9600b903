// "1.5", "250ms", "2m", "1h" → seconds: the durations of flags, variables and /etc/tsntp.conf.

import type { Seconds } from '../ntp/time.ts';

const UNITS: ReadonlyMap<string, Seconds> = new Map([
  ['', 1],
  ['us', 1e-6],
  ['ms', 1e-3],
  ['s', 1],
  ['m', 60],
  ['min', 60],
  ['h', 3600],
  ['d', 86_400],
]);

/** A decimal number: neither hexadecimal nor infinite. */
const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;

/** Parses a number with or without a unit into seconds; undefined if it is not a duration. */
export function parseDuration(text: string): Seconds | undefined {
  const [, number, unit = ''] = new RegExp(`^(${NUMBER}) ?([a-z]*)$`, 'i').exec(text.trim()) ?? [];
  const seconds = UNITS.get(unit);
  return number === undefined || seconds === undefined ? undefined : Number(number) * seconds;
}

/** Parses a decimal number; undefined if it is none. */
export function parseNumber(text: string): number | undefined {
  return new RegExp(`^${NUMBER}$`, 'i').test(text.trim()) ? Number(text) : undefined;
}
