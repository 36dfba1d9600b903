// An estimate and the user's limits → an action: nothing, slew, step, or refuse (RFC 5905 §11.3).
// Sign: a positive offset = our clock is behind = the correction moves it forward.

import { type ClockTrust, isVouchedFor } from './clock-trust.ts';
import type { Seconds } from './time.ts';

/** STEPT: corrections of at least this size are steps (RFC 5905 §11.3). */
export const STEPT: Seconds = 0.128;
/** PANICT: a larger correction, or sum of corrections, needs a justification (RFC 5905 §11.3). */
export const PANICT: Seconds = 1000;

export interface CorrectionLimits {
  /** Step or slew regardless of size, or choose by `stepThreshold`. */
  readonly method: 'by-threshold' | 'step' | 'slew';
  readonly stepThreshold: Seconds;
  /** Refuse any larger correction. */
  readonly maxOffset?: Seconds;
  /** Waive the panic limit for this correction. */
  readonly allowAnyOffset: boolean;
}

/** What to do with an offset: nothing, slew, step, or refuse (RFC 5905 §11.3). Offsets and limits are seconds. */
export type Decision =
  | { readonly kind: 'none' }
  | { readonly kind: 'slew'; readonly offset: Seconds }
  | { readonly kind: 'step'; readonly offset: Seconds }
  | {
      readonly kind: 'refuse';
      readonly offset: Seconds;
      readonly limit: Seconds;
      readonly by: 'max-offset' | 'panic';
    };

/**
 * Decides on a correction of `offset` seconds. An offset of exactly zero needs none. An offset that is not finite is
 * always refused.
 */
export function decide(offset: Seconds, limits: CorrectionLimits, clockTrust: ClockTrust): Decision {
  const size = Math.abs(offset);
  if (limits.maxOffset !== undefined && !(size <= limits.maxOffset)) {
    return { kind: 'refuse', offset, limit: limits.maxOffset, by: 'max-offset' };
  }
  const within = size <= PANICT && Math.abs(clockTrust.sum) <= PANICT;
  if (!within && !(Number.isFinite(size) && mayExceed(limits, clockTrust))) {
    return { kind: 'refuse', offset, limit: PANICT, by: 'panic' };
  }
  if (size === 0) return { kind: 'none' };
  const steps =
    limits.method === 'step' || (limits.method === 'by-threshold' && size >= limits.stepThreshold);
  return { kind: steps ? 'step' : 'slew', offset };
}

/**
 * A clock without evidence may be off by any amount. A clock that was set must not jump, unless the hardware clock
 * confirms it.
 */
function mayExceed({ allowAnyOffset }: CorrectionLimits, clockTrust: ClockTrust): boolean {
  return allowAnyOffset || !isVouchedFor(clockTrust) || clockTrust.witness === 'servers';
}
