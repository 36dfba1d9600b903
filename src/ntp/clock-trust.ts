// What is known about our clock before it is corrected. A wrong correction does harm only if the clock may already be
// right.

import type { Seconds } from './time.ts';
import type { Testimony } from './witness.ts';

/** What speaks for this machine's clock, or against it, when its correction is decided on. */
export interface ClockTrust {
  /** tsntp has set the clock since boot, or cannot tell. */
  readonly setSinceBoot: boolean;
  /** The kernel reports the clock as synchronized. */
  readonly synchronized: boolean;
  /** The clock shows a time before this program was released, so it cannot be right. */
  readonly beforeRelease: boolean;
  /**
   * Sum of the corrections since boot, including this one, in seconds, less what drift explains; 0 when the sum
   * restarts with this one.
   */
  readonly sum: Seconds;
  /** The hardware clock's testimony; absent when there is no hardware clock or it was not needed. */
  readonly witness?: Testimony;
}

/** Whether there is any evidence that the clock is right. Without evidence, it may be off by any amount. */
export function isVouchedFor({
  setSinceBoot,
  synchronized,
  beforeRelease,
}: Omit<ClockTrust, 'sum' | 'witness'>): boolean {
  return !beforeRelease && (setSinceBoot || synchronized);
}
