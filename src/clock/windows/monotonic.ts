// The monotonic clocks of Windows: one that stands still during sleep, and the same one at the rate of the wall clock.
// learn.microsoft.com: realtimeapiset.h.

import { type MonotonicTime, monotonicTimeOf } from '../../ntp/time.ts';
import { type Foreign, firstOf, type Library, share } from '../ffi.ts';
import type { ClockRate } from './clock-rate.ts';

/** Interrupt time counts units of 100 ns. */
const UNIT = 100n;

/**
 * A clock that stands still during sleep, so that sleep shows against the wall clock; Node's, which continues, if there
 * is none.
 */
export function unbiasedClock(foreign: Foreign, kernelbase: Library): () => MonotonicTime {
  const memory = share(foreign, 8);
  return firstOf(
    () => {
      const query = kernelbase.func('void __stdcall QueryUnbiasedInterruptTimePrecise(void *time)');
      return () => {
        query(memory.address);
        return monotonicTimeOf(memory.longs[0]! * UNIT);
      };
    },
    () => () => monotonicTimeOf(process.hrtime.bigint()),
  );
}

/**
 * `raw`, which no rate affects, adjusted to the rate of the wall clock, so that a slew is not mistaken for steps. It
 * uses the rate last read by `status`, which precedes every measurement.
 */
export function following(raw: () => MonotonicTime): {
  readonly monotonic: () => MonotonicTime;
  readonly follow: (rate: ClockRate) => void;
} {
  let from = { raw: 0n, monotonic: 0n };
  let ratio = { adjustment: 1n, increment: 1n };
  const scaled = (now: bigint) =>
    monotonicTimeOf(from.monotonic + ((now - from.raw) * ratio.adjustment) / ratio.increment);
  return {
    monotonic: () => scaled(raw()),
    follow({ adjustment, increment, disabled }) {
      const now = raw();
      from = { raw: now, monotonic: scaled(now) };
      ratio = disabled ? { adjustment: 1n, increment: 1n } : { adjustment, increment };
    },
  };
}
