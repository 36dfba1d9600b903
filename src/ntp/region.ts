// The exchanges of a burst → where the server's offset can be at all, whatever the queueing was and whatever rate within
// the allowed ones the clocks run apart at. Each exchange bounds offset and rate on two sides: what is left is a convex
// polygon, and its shadow on the offset is the answer.
// Sign: a positive offset = the server is ahead; a positive rate = it gains on our clock.

import { delayAt, type Exchange, mostConsistentRate, type Pairing, pairAt } from './pairing.ts';
import type { Rate } from './rate.ts';
import type { Seconds } from './time.ts';

/** How far stamps may be off: the server's T2 too early by `receive` at most, its T3 too late by `transmit`. */
export interface Slack {
  readonly receive: Seconds;
  readonly transmit: Seconds;
}

export interface Region extends Pairing {
  /** What no allowed rate and no slack explains; 0 where the exchanges agree. */
  readonly contradiction: Seconds;
  /** By how much both sides were let out because of it. */
  readonly widened: Seconds;
}

/** The chance that a truth lies outside a region that was let out. */
const MISSED = 0.01;
/** The longest tick there is: no clock that keeps still is off by more for want of digits. */
export const LONGEST_TICK: Seconds = 1;

/** Where the offset can be. */
export function regionOf(exchanges: readonly Exchange[], { rate, uncertainty }: Rate, slack: Slack): Region {
  const [slowest, fastest] = [rate - uncertainty, rate + uncertainty];
  const best = mostConsistentRate(exchanges, slowest, fastest);
  const room = (at: number) => delayAt(exchanges, at) + slack.receive + slack.transmit;
  const contradiction = Math.max(0, -room(best));
  const widened = allowanceFor(contradiction, exchanges.length);
  const possible = (at: number) => room(at) + 2 * widened >= 0;
  // A later instant is reached by a faster clock: the ends of the shadow belong to the ends of the rates.
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
 * clock that keeps still is off by no more than its tick.
 */
function allowanceFor(contradiction: Seconds, n: number): Seconds {
  if (contradiction === 0) return 0;
  const half = contradiction / 2;
  return Math.max(half, Math.min(half * MISSED ** (-1 / (n - 1)), LONGEST_TICK));
}

/** The last place from a possible one towards `end` that is possible; nothing beyond the first that is not is. */
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
