// What the exchanges of a burst say of one server, brought to one instant by the rate at which the two clocks run apart:
// the least forward and the least backward difference, which need not come from the same exchange.
// Sign: a positive offset = the server is ahead; a positive rate = it gains on our clock.

import type { Seconds } from './time.ts';

/** What one exchange says: by how much the server was ahead at most when the request left, and at least when the reply came. */
export interface Exchange {
  /** When the request left, in seconds from the instant that the estimate speaks of. */
  readonly sent: Seconds;
  /** T2 − T1: the offset, and the way there. */
  readonly most: Seconds;
  /** When the reply came, in seconds from the same instant. */
  readonly received: Seconds;
  /** T3 − T4: the offset, less the way back. */
  readonly least: Seconds;
}

/** Where the offset lies at that instant, as far as the exchanges tell; `low` is above `high` where they contradict each other. */
export interface Pairing {
  readonly low: Seconds;
  readonly high: Seconds;
}

/** Pairs the two directions for clocks that run apart by `rate`, in seconds per second. */
export function pairAt(exchanges: readonly Exchange[], rate: number): Pairing {
  let low = -Infinity;
  let high = Infinity;
  for (const { sent, most, received, least } of exchanges) {
    high = Math.min(high, most - rate * sent);
    low = Math.max(low, least - rate * received);
  }
  return { low, high };
}

/** δ of the pairing at this rate: what is left of the two ways; negative where the exchanges contradict each other. */
export function delayAt(exchanges: readonly Exchange[], rate: number): Seconds {
  const { low, high } = pairAt(exchanges, rate);
  return high - low;
}

/** The rate from `from` to `to` at which the exchanges contradict each other least. δ is concave in the rate: no other is better. */
export function mostConsistentRate(exchanges: readonly Exchange[], from: number, to: number): number {
  let [low, high] = [from, to];
  // Each round leaves two thirds: 10⁻¹² after 50, when the widest are 10⁻³ apart.
  for (let round = 0; round < 50 && high > low; round++) {
    const third = (high - low) / 3;
    if (delayAt(exchanges, low + third) < delayAt(exchanges, high - third)) low += third;
    else high -= third;
  }
  return (low + high) / 2;
}
