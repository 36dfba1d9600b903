// The monotonic clocks of Windows: one that stands still in sleep, and that one made as fast as the wall clock.
// learn.microsoft.com: realtimeapiset.h.

import { type MonotonicTime, monotonicTimeOf } from '../../ntp/time.ts';
import { type Foreign, firstOf, type Library, share } from '../ffi.ts';
import type { ClockRate } from './clock-rate.ts';

/** Interrupt time counts 100 ns. */
const UNIT = 100n;

/** The clock that stands still in sleep, so that one is noticed against the wall clock; else Node's, which does not. */
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
 * `raw`, which no rate reaches, made as fast as the wall clock, so that a slew is not taken for steps. It follows the
 * rate as it was when it was last looked at: by `status`, with which every measurement begins.
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
