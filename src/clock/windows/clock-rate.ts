// The rate of the Windows clock: read, set, and told apart from one that a killed tsntp has left.
// learn.microsoft.com: sysinfoapi.h. Positive = forward.

import { SLEW_RATE } from '../clock.ts';
import { type Foreign, firstOf, type Library, share } from '../ffi.ts';
import type { Fail } from './windows-error.ts';

/** How fast the clock runs. */
export interface ClockRate {
  /** Clock units added in each `increment` of real time; without effect while `disabled`. */
  readonly adjustment: bigint;
  readonly increment: bigint;
  readonly disabled: boolean;
}

/** The rate of the clock, which is one and the same for all processes. `attempt` is for messages. */
export interface RateControl {
  get(attempt: string): ClockRate;
  set(attempt: string, adjustment: bigint, disabled: boolean): void;
}

/**
 * The precise functions (Windows 10) count in the frequency of the performance counter, to 0.1 ppm; the old ones in 6 ppm.
 * The precise ones are in kernelbase.dll alone.
 */
export function openRate(foreign: Foreign, kernelbase: Library, kernel32: Library, fail: Fail): RateControl {
  const getPrecise =
    'int __stdcall GetSystemTimeAdjustmentPrecise(void *adjustment, void *increment, void *disabled)';
  const setPrecise = 'int __stdcall SetSystemTimeAdjustmentPrecise(uint64 adjustment, int disabled)';
  const getOld = 'int __stdcall GetSystemTimeAdjustment(void *adjustment, void *increment, void *disabled)';
  const setOld = 'int __stdcall SetSystemTimeAdjustment(uint32 adjustment, int disabled)';
  const [getRate, setRate] = firstOf(
    () => [kernelbase.func(getPrecise), kernelbase.func(setPrecise)] as const,
    () => [kernel32.func(getOld), kernel32.func(setOld)] as const,
  );
  const adjustment = share(foreign, 8);
  const increment = share(foreign, 8);
  const disabled = share(foreign, 8);

  return {
    get(attempt) {
      if (!getRate(adjustment.address, increment.address, disabled.address)) fail(attempt);
      return {
        adjustment: adjustment.longs[0]!,
        increment: increment.longs[0]!,
        disabled: disabled.ints[0] !== 0,
      };
    },
    set(attempt, units, off) {
      if (!setRate(units, off ? 1 : 0)) fail(attempt);
    },
  };
}

/** What a slew adds to the rate, or takes from it. */
export function slewUnits(increment: bigint): bigint {
  return BigInt(Math.max(1, Math.round(Number(increment) * SLEW_RATE)));
}

/**
 * The rate that a slew was put on top of, and how fast that slew moves the clock, in seconds per second; 0 where the rate
 * is no slew. A tsntp that was killed leaves its rate behind, and Windows keeps it until the machine boots again.
 */
export function withoutSlew(rate: ClockRate): { readonly base: ClockRate; readonly speed: number } {
  const { adjustment, increment, disabled } = rate;
  const units = adjustment < increment ? -slewUnits(increment) : slewUnits(increment);
  const frequency = adjustment - increment - units;
  // Within 100 ppm: that far a clock may have been corrected before the slew.
  const slewed = !disabled && frequency * frequency * 25n <= units * units;
  if (!slewed) return { base: rate, speed: 0 };
  const base = { adjustment: increment + frequency, increment, disabled: frequency === 0n };
  return { base, speed: Number(units) / Number(increment) };
}

/** Takes back the rate that a killed tsntp has left. */
export function endKilledSlew(rate: RateControl, attempt: string): void {
  const { base, speed } = withoutSlew(rate.get(attempt));
  if (speed !== 0) rate.set(attempt, base.adjustment, base.disabled);
}
