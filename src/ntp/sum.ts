// The corrections of one boot → what they come to. A limit for each correction alone is none: eight servers that are 999 s
// off, one after the other, would move the clock by two hours (CVE-2015-5300).
// Sign: positive = the clock was moved forward.

import type { Seconds } from './time.ts';

/** What earlier runs of this boot have left. */
export interface Earlier {
  /** What their corrections since boot come to. */
  readonly sum: Seconds;
  /** How much of the next correction, in either direction, the drift since the last one explains. */
  readonly explained: Seconds;
  /** What is left of the slew in progress, which the next correction replaces. */
  readonly underWay: Seconds;
}

/** The sum with a correction of `offset`: what that adds to the slew in progress, less what is explained. */
export function addUp(offset: Seconds, { sum, explained, underWay }: Earlier): Seconds {
  const added = offset - underWay;
  return sum + Math.sign(added) * Math.max(0, Math.abs(added) - explained);
}
