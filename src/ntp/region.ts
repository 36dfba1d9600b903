// The exchanges of a burst → the interval that contains the server's offset, for any queueing and any allowed rate
// between the clocks. Each exchange bounds offset and rate on two sides. These bounds form a convex polygon; its
// projection onto the offset axis is the interval.
// Sign: a positive offset = the server is ahead; a positive rate = it gains on our clock.

import { delayAt, type Exchange, mostConsistentRate, type Pairing, pairAt } from './pairing.ts';
import type { Rate } from './rate.ts';
import type { Seconds } from './time.ts';

/** The largest errors of the server's timestamps in seconds: T2 may be early by `receive`, T3 late by `transmit`. */
export interface Slack {
  readonly receive: Seconds;
  readonly transmit: Seconds;
}

export interface Region extends Pairing {
  /**
   * By how many seconds the exchanges contradict each other at the best allowed rate, beyond the slack; 0 if they
   * agree.
   */
  readonly contradiction: Seconds;
  /** By how many seconds each side was widened because of the contradiction. */
  readonly widened: Seconds;
}

/** The probability that the true offset lies outside a widened region. */
const MISSED = 0.01;
/** The longest tick of any clock, which limits the resolution error of an undisturbed clock. */
export const LONGEST_TICK: Seconds = 1;

/** Computes the interval that contains the offset; `rate` bounds the allowed rates. */
export function regionOf(exchanges: readonly Exchange[], { rate, uncertainty }: Rate, slack: Slack): Region {
  const [slowest, fastest] = [rate - uncertainty, rate + uncertainty];
  const best = mostConsistentRate(exchanges, slowest, fastest);
  const room = (at: number) => delayAt(exchanges, at) + slack.receive + slack.transmit;
  const contradiction = Math.max(0, -room(best));
  const widened = allowanceFor(contradiction, exchanges.length);
  const possible = (at: number) => room(at) + 2 * widened >= 0;
  // The interval's ends belong to the slowest and the fastest possible rate.
  const least = pairAt(exchanges, lastPossible(best, slowest, possible));
  const most = pairAt(exchanges, lastPossible(best, fastest, possible));
  return {
    low: least.low - slack.transmit - widened,
    high: most.high + slack.receive + widened,
    contradiction,
    widened,
  };
}

/**
 * How far to widen each side. Timestamps with unknown errors of up to ±a show a contradiction of c ≤ 2a. With n of
 * them, the middle is off by m with a probability of (1 + 2m/c)^(1−n), because a larger a would have spread them more.
 * Widening by c/2 lets the exchanges agree; c/2 · 100^(1/(n−1)) misses only one truth in a hundred. A clock that is not
 * changed is off by at most its tick. A single exchange that contradicts itself has two such timestamps.
 */
function allowanceFor(contradiction: Seconds, n: number): Seconds {
  if (contradiction === 0) return 0;
  const half = contradiction / 2;
  return Math.max(half, Math.min(half * MISSED ** (-1 / Math.max(n - 1, 1)), LONGEST_TICK));
}

/**
 * Binary search from the possible `from` toward `end` for the last possible value. The possible values have no gaps.
 */
function lastPossible(from: number, end: number, possible: (at: number) => boolean): number {
  if (possible(end)) return end;
  let [inside, outside] = [from, end];
  for (let round = 0; round < 50; round++) {
    const middle = (inside + outside) / 2;
    if (possible(middle)) inside = middle;
    else outside = middle;
  }
  return outside;
}
