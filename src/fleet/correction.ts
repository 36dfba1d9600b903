// The reference of a check → the correction that this machine's clock needs at any moment of the check. Between two surveys it is
// linear, so that the drift of this clock drops out.
// Sign: a positive correction = this machine's clock is behind the reference.

import { elapsed, type MonotonicTime, type Seconds } from '../ntp/time.ts';

/** The correction of this machine's clock at a moment: the true one is within `offset` ± `errorBound`, in seconds. */
export interface KnownCorrection {
  readonly offset: Seconds;
  readonly errorBound: Seconds;
}

/** A correction that was measured at a moment. */
export interface MeasuredCorrection extends KnownCorrection {
  readonly at: MonotonicTime;
}

/** The fastest drift of a clock that nothing disciplines, in seconds per second: that of a bad crystal. */
const FASTEST_DRIFT = 1e-4;

/** The correction at a moment between two surveys, or after the only one. */
export function correctionAt(
  before: MeasuredCorrection,
  after: MeasuredCorrection | undefined,
  at: MonotonicTime,
): KnownCorrection {
  if (!after) {
    const age = Math.abs(elapsed(at, before.at));
    return { offset: before.offset, errorBound: before.errorBound + FASTEST_DRIFT * age };
  }
  const span = elapsed(after.at, before.at);
  const share = span > 0 ? Math.min(1, Math.max(0, elapsed(at, before.at) / span)) : 1;
  const change = after.offset - before.offset;
  // If a slew began or ended meanwhile, the correction changed in a part of the time only.
  const errorBound = Math.max(before.errorBound, after.errorBound) + Math.abs(change);
  return { offset: before.offset + share * change, errorBound };
}
