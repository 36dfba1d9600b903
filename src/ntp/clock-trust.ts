// What is known of our clock before it is corrected: whether anything says that it is right, so that a bad answer could
// do harm.

import type { Seconds } from './time.ts';
import type { Testimony } from './witness.ts';

/** What speaks for this machine's clock, or against it, when its correction is decided on. */
export interface ClockTrust {
  /** tsntp has set it since the machine came up, or cannot tell. */
  readonly setSinceBoot: boolean;
  /** The kernel calls it synchronized. */
  readonly synchronized: boolean;
  /** It shows a time before this program was released, so that it cannot be right. */
  readonly beforeRelease: boolean;
  /** What the corrections since boot come to with this one, beyond what drift explains; 0 where this one begins anew. */
  readonly sum: Seconds;
  /** What the hardware clock says; absent where there is none, or no need to ask. */
  readonly witness?: Testimony;
}

/** Whether anything speaks for the clock; without, it may be any time off. */
export function isVouchedFor({
  setSinceBoot,
  synchronized,
  beforeRelease,
}: Omit<ClockTrust, 'sum' | 'witness'>): boolean {
  return !beforeRelease && (setSinceBoot || synchronized);
}
