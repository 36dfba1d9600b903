// "ntp,http,ssh" → the means to read a clock, in the order in which they are tried.

import type { Via } from '../fleet/fleet-outcome.ts';

/** Every means. */
export const MEANS: readonly Via[] = ['ntp', 'http', 'ssh'];

/** Reads an order of means, separated by commas; undefined if it is none. A repetition counts once. */
export function readViaOrder(text: string): readonly Via[] | undefined {
  const means = text.split(',').map(word => MEANS.find(one => one === word.trim().toLowerCase()));
  return means.every(one => one !== undefined) ? [...new Set(means)] : undefined;
}
