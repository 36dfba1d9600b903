// The four timestamps of one exchange → the measured offset θ, delay δ, and dispersion ε (RFC 5905 §8).
// Sign: a positive offset = the server is ahead = add it to our clock.

import { difference, type Seconds, type UnixTime } from './time.ts';

/** PHI: the assumed maximum wander of a clock, in seconds per second (RFC 5905 §7.2). */
export const PHI = 15e-6;

/** The four timestamps of one exchange: T1 and T4 from our clock, T2 and T3 from the server's. */
export interface Timestamps {
  /** The request left. */
  readonly t1: UnixTime;
  /** The request arrived at the server. */
  readonly t2: UnixTime;
  /** The reply left the server. */
  readonly t3: UnixTime;
  /** The reply arrived. */
  readonly t4: UnixTime;
}

/** θ = ((T2−T1) + (T3−T4)) / 2, in seconds (RFC 5905 §8). */
export function offsetOf({ t1, t2, t3, t4 }: Timestamps): Seconds {
  return (difference(t2, t1) + difference(t3, t4)) / 2;
}

/** δ = (T4−T1) − (T3−T2), in seconds (RFC 5905 §8). It can be negative if a clock's resolution is coarser than the round trip. */
export function delayOf({ t1, t2, t3, t4 }: Timestamps): Seconds {
  return difference(t4, t1) - difference(t3, t2);
}

/** ε = ρr + ρ + PHI·(T4−T1), in seconds: both precisions, and the wander of a clock in `duration` (RFC 5905 §8). */
export function dispersionOf(serverPrecision: Seconds, ownPrecision: Seconds, duration: Seconds): Seconds {
  return serverPrecision + ownPrecision + PHI * duration;
}
