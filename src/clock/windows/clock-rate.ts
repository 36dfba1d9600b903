// Reads and sets the rate of the Windows clock, and recognizes a rate that a killed tsntp left behind.
// learn.microsoft.com: sysinfoapi.h. Positive = forward.

import { SLEW_RATE } from '../clock.ts';
import { type Foreign, firstOf, type Library, share } from '../ffi.ts';
import type { Fail } from './windows-error.ts';

/** The rate of the clock. */
export interface ClockRate {
  /** Clock units added per `increment` of real time; without effect while `disabled`. */
  readonly adjustment: bigint;
  readonly increment: bigint;
  readonly disabled: boolean;
}

/** The rate of the clock, shared by all processes. `attempt` describes the call in errors. */
export interface RateControl {
  get(attempt: string): ClockRate;
  set(attempt: string, adjustment: bigint, disabled: boolean): void;
}

/**
 * The precise functions (Windows 10) use the frequency of the performance counter, with a resolution of 0.1 ppm; the
 * old ones have 6 ppm. Only kernelbase.dll exports the precise ones.
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

/** The units that a slew adds to the rate or subtracts from it. */
export function slewUnits(increment: bigint): bigint {
  return BigInt(Math.max(1, Math.round(Number(increment) * SLEW_RATE)));
}

/**
 * Returns the rate before a slew, and the speed of that slew in seconds per second; 0 if the rate is not a slew. A
 * killed tsntp leaves its rate behind, which Windows keeps until the next boot.
 */
export function withoutSlew(rate: ClockRate): { readonly base: ClockRate; readonly speed: number } {
  const { adjustment, increment, disabled } = rate;
  const units = adjustment < increment ? -slewUnits(increment) : slewUnits(increment);
  const frequency = adjustment - increment - units;
  // Within 100 ppm: the clock may have been corrected by that much before the slew.
  const slewed = !disabled && frequency * frequency * 25n <= units * units;
  if (!slewed) return { base: rate, speed: 0 };
  const base = { adjustment: increment + frequency, increment, disabled: frequency === 0n };
  return { base, speed: Number(units) / Number(increment) };
}

/** Restores the rate that a killed tsntp left changed. */
export function endKilledSlew(rate: RateControl, attempt: string): void {
  const { base, speed } = withoutSlew(rate.get(attempt));
  if (speed !== 0) rate.set(attempt, base.adjustment, base.disabled);
}
