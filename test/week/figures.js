// How far a clock was off, minute by minute → the figures of a report.

import { HOUR } from './guest.js';

/** @import { Minute } from './guest.js' */

/**
 * Root mean square, 99th percentile and largest of the errors between two hours, in seconds.
 * @param {readonly Minute[]} minutes @param {number} from @param {number} [to] @returns {{ rms: number, p99: number, largest: number }}
 */
export function errorsBetween(minutes, from, to = Number.POSITIVE_INFINITY) {
  const sizes = minutes
    .filter(({ at }) => at >= from * HOUR && at < to * HOUR)
    .map(({ error }) => Math.abs(error))
    .sort((a, b) => a - b);
  if (sizes.length === 0) throw new Error(`no minute from hour ${from} on`);
  return {
    rms: Math.sqrt(sizes.reduce((sum, size) => sum + size ** 2, 0) / sizes.length),
    p99: sizes[Math.floor(0.99 * sizes.length)] ?? Number.NaN,
    largest: sizes.at(-1) ?? Number.NaN,
  };
}

/** In milliseconds, three digits. @param {number} seconds */
export function milliseconds(seconds) {
  return `${Number((seconds * 1e3).toPrecision(3))} ms`;
}
