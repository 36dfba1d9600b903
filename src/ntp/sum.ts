// The corrections since boot → their sum. A limit on single corrections is not enough: eight servers, each 999 s off,
// could move the clock by two hours one after another (CVE-2015-5300).
// Sign: positive = the clock was moved forward.

import type { Seconds } from './time.ts';

/** The totals of earlier runs since boot, in seconds. */
export interface Earlier {
  /** The sum of their corrections since boot. */
  readonly sum: Seconds;
  /** How much of the next correction, in either direction, is explained by drift since the last one. */
  readonly explained: Seconds;
  /** The remainder of the slew in progress, which the next correction replaces. */
  readonly underWay: Seconds;
}

/** Adds a correction of `offset`: the amount it adds to the slew in progress, less what drift explains. */
export function addUp(offset: Seconds, { sum, explained, underWay }: Earlier): Seconds {
  const added = offset - underWay;
  return sum + Math.sign(added) * Math.max(0, Math.abs(added) - explained);
}
