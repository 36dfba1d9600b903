// Seconds → text: `-0.463 ms`, `+1.000 s`, `3600.1 s (1.0 h)`.

import type { Seconds } from '../ntp/time.ts';

const MILLISECOND = 0.001;
/** From this size on, milliseconds with two decimals would round to 1000. */
const ALMOST_A_SECOND = 0.999995;

/** Formats a duration: in ms below a second, so that the values of a column are easy to compare. */
export function formatDuration(s: Seconds): string {
  const size = Math.abs(s);
  if (size >= 1000) return `${s.toFixed(1)} s`;
  if (size >= ALMOST_A_SECOND) return `${s.toFixed(3)} s`;
  return `${(s / MILLISECOND).toFixed(size < MILLISECOND ? 3 : 2)} ms`;
}

/** Formats an offset: as a duration, always with its sign. */
export function formatOffset(s: Seconds): string {
  return s >= 0 ? `+${formatDuration(s)}` : formatDuration(s);
}

const LARGE: readonly (readonly [unit: string, seconds: Seconds])[] = [
  ['years', 365.25 * 86_400],
  ['days', 86_400],
  ['h', 3600],
  ['min', 60],
];

/** Formats the size of an offset: in seconds, and also in a larger unit if it is large. */
export function formatSize(s: Seconds): string {
  const size = Math.abs(s);
  const large = LARGE.find(([, seconds]) => size >= 2 * seconds || (seconds === 3600 && size >= seconds));
  return large
    ? `${formatDuration(size)} (${(size / large[1]).toFixed(1)} ${large[0]})`
    : formatDuration(size);
}

/** Formats a correction of the rate, or another rate in parts per million, always with its sign. */
export function formatRate(ppm: number): string {
  const text = ppm.toFixed(3);
  return `${Number(text) < 0 ? text : `+${text.replace('-', '')}`} ppm`;
}

/** Shortens an RFC 3339 instant in UTC to the second: `2026-11-21T00:00:00Z`. */
export function toSecond(instant: string): string {
  return instant.replace(/\.\d+Z$/, 'Z');
}

/** Shortens an RFC 3339 instant in UTC to the minute: `2026-11-21T00:00Z`. */
export function toMinute(instant: string): string {
  return instant.replace(/:\d\d(\.\d+)?Z$/, 'Z');
}

/** Formats seconds with six decimals, as ntpdate does. */
export function sixDecimals(s: Seconds): string {
  const text = s.toFixed(6);
  return Number(text) === 0 ? '0.000000' : text;
}
