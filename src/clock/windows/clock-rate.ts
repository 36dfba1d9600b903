// Reads and sets the rate of the Windows clock.
// learn.microsoft.com: sysinfoapi.h. Positive = forward.

import { SLEW_RATE } from '../clock.ts';
import { type CFunction, type Foreign, firstOf, type Library, share } from '../ffi.ts';
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
  /** Whether units are fine enough for a rate that lasts: the functions of Windows 10. */
  readonly precise: boolean;
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
  const [precise, getRate, setRate] = firstOf<readonly [boolean, CFunction, CFunction]>(
    () => [true, kernelbase.func(getPrecise), kernelbase.func(setPrecise)],
    () => [false, kernel32.func(getOld), kernel32.func(setOld)],
  );
  const adjustment = share(foreign, 8);
  const increment = share(foreign, 8);
  const disabled = share(foreign, 8);

  return {
    precise,
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
