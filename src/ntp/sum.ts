// The corrections of one boot → what they come to. A limit for each correction alone is none: eight servers that are 999 s
// off, one after the other, would move the clock by two hours (CVE-2015-5300).
// Sign: positive = the clock was moved forward.

import type { Seconds } from './time.ts';

/** What earlier runs have left. */
export interface Earlier {
  /** What their corrections since boot come to. */
  readonly sum: Seconds;
  /** So much of the next correction, either way, needs no other reason than the time since the last. */
  readonly explained: Seconds;
  /** The slew still in progress, in whose place the next correction comes. */
  readonly underWay: Seconds;
}

/** The sum with a correction of `offset`: what that adds to the slew in progress, less what is explained. */
export function addUp(offset: Seconds, { sum, explained, underWay }: Earlier): Seconds {
  const added = offset - underWay;
  return sum + Math.sign(added) * Math.max(0, Math.abs(added) - explained);
}
