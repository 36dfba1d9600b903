// The exchanges of a burst → the interval that the server's offset lies in, for any queueing and any allowed rate between
// the clocks. Each exchange bounds offset and rate on two sides: these bounds form a convex polygon, and its projection on
// the offset is the interval.
// Sign: a positive offset = the server is ahead; a positive rate = it gains on our clock.

import { delayAt, type Exchange, mostConsistentRate, type Pairing, pairAt } from './pairing.ts';
import type { Rate } from './rate.ts';
import type { Seconds } from './time.ts';

/** How far the server's stamps may be off: T2 early by `receive` at most, T3 late by `transmit`. */
export interface Slack {
  readonly receive: Seconds;
  readonly transmit: Seconds;
}

export interface Region extends Pairing {
  /** By how much the exchanges contradict each other at the best allowed rate, beyond the slack; 0 where they agree. */
  readonly contradiction: Seconds;
  /** By how much each side was widened because of that. */
  readonly widened: Seconds;
}

/** The chance that the true offset lies outside a widened region. */
const MISSED = 0.01;
/** The longest tick of any clock: a clock that is not moved errs by no more for want of digits. */
export const LONGEST_TICK: Seconds = 1;

/** The interval that the offset lies in. `rate` bounds the rates that are allowed. */
export function regionOf(exchanges: readonly Exchange[], { rate, uncertainty }: Rate, slack: Slack): Region {
  const [slowest, fastest] = [rate - uncertainty, rate + uncertainty];
  const best = mostConsistentRate(exchanges, slowest, fastest);
  const room = (at: number) => delayAt(exchanges, at) + slack.receive + slack.transmit;
  const contradiction = Math.max(0, -room(best));
  const widened = allowanceFor(contradiction, exchanges.length);
  const possible = (at: number) => room(at) + 2 * widened >= 0;
  // The ends of the interval belong to the slowest and the fastest possible rate.
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
 * Stamps that are off by up to ±a in an unknown way show a contradiction of c ≤ 2a, and their middle is off by m with a
 * chance of (1 + 2m/c)^(1−n): of n such stamps that spread over c, that much a farther a would have spread more. Half of
 * c lets the exchanges agree; so far out that only one truth in a hundred is missed, it takes c/2 · 100^(1/(n−1)). A
 * clock that keeps still is off by no more than its tick. One exchange that contradicts itself has two such stamps.
 */
function allowanceFor(contradiction: Seconds, n: number): Seconds {
  if (contradiction === 0) return 0;
  const half = contradiction / 2;
  return Math.max(half, Math.min(half * MISSED ** (-1 / Math.max(n - 1, 1)), LONGEST_TICK));
}

/** The last possible value on the way from `from`, which is possible, to `end`. The possible values have no gaps. */
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
