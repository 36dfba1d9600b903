// The exchanges of a burst, projected to one instant by the rate between the two clocks → the smallest forward and the
// smallest backward difference. The two need not come from the same exchange.
// Sign: a positive offset = the server is ahead; a positive rate = it gains on our clock.

import type { Seconds } from './time.ts';

/**
 * The bounds that one exchange sets: the server's greatest possible lead when the request left, and its least possible
 * lead when the reply arrived.
 */
export interface Exchange {
  /** When the request left, in seconds relative to the instant of the estimate. */
  readonly sent: Seconds;
  /** T2 − T1: the offset plus the forward delay. */
  readonly most: Seconds;
  /** When the reply arrived, in seconds relative to the same instant. */
  readonly received: Seconds;
  /** T3 − T4: the offset minus the backward delay. */
  readonly least: Seconds;
}

/**
 * The bounds on the offset at that instant, in seconds; `low` exceeds `high` if the exchanges contradict each other.
 */
export interface Pairing {
  readonly low: Seconds;
  readonly high: Seconds;
}

/** Pairs the two directions for clocks that diverge by `rate`, in seconds per second. */
export function pairAt(exchanges: readonly Exchange[], rate: number): Pairing {
  let low = -Infinity;
  let high = Infinity;
  for (const { sent, most, received, least } of exchanges) {
    high = Math.min(high, most - rate * sent);
    low = Math.max(low, least - rate * received);
  }
  return { low, high };
}

/**
 * δ of the pairing at this rate: the remaining round trip in seconds, negative if the exchanges contradict each other.
 */
export function delayAt(exchanges: readonly Exchange[], rate: number): Seconds {
  const { low, high } = pairAt(exchanges, rate);
  return high - low;
}

/** The rate between `from` and `to` at which the exchanges contradict each other least. δ is concave in the rate. */
export function mostConsistentRate(exchanges: readonly Exchange[], from: number, to: number): number {
  return peakOf(rate => delayAt(exchanges, rate), from, to);
}

/** Where a concave function is greatest between `from` and `to`, by ternary search. */
export function peakOf(concave: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  // Each round keeps two thirds of the range: 50 rounds reduce 10⁻³ to 10⁻¹².
  for (let round = 0; round < 50 && high > low; round++) {
    const third = (high - low) / 3;
    if (concave(low + third) < concave(high - third)) low += third;
    else high -= third;
  }
  return (low + high) / 2;
}
