// A time span in systemd's notation (systemd.time(7)): "5", "5s", "1min 30s", "500ms", "infinity" → seconds.

import type { Seconds } from '../ntp/time.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS: readonly (readonly [names: string, seconds: Seconds])[] = [
  ['us usec µs μs', 1e-6],
  ['ms msec', 1e-3],
  ['s sec second seconds', 1],
  ['m min minute minutes', MINUTE],
  ['h hr hour hours', HOUR],
  ['d day days', DAY],
  ['w week weeks', 7 * DAY],
  ['M month months', 30.44 * DAY],
  ['y year years', 365.25 * DAY],
];
const SECONDS_OF: ReadonlyMap<string, Seconds> = new Map(
  UNITS.flatMap(([names, seconds]) => names.split(' ').map(name => [name, seconds] as const)),
);

/** The seconds of a span; a number without a unit means seconds. Undefined for an invalid span. */
export function secondsOf(span: string): Seconds | undefined {
  const text = span.trim();
  if (text === 'infinity') return Infinity;
  const parts = [...text.matchAll(/\s*(\d+\.?\d*|\.\d+)\s*([a-zA-Zµμ]*)/gy)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return undefined;
  let sum = 0;
  for (const [, number, unit] of parts) {
    const seconds = unit === '' ? 1 : SECONDS_OF.get(unit!);
    if (seconds === undefined) return undefined;
    sum += Number(number) * seconds;
  }
  return sum;
}
