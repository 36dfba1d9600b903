// Survivors → one estimate of our clock's offset, with an error bound that needs nothing but an honest majority
// among all servers that were usable. Where RFC 5905 §11.2.3 takes the mean with weights 1/λ, this takes the weighted
// median: exponential queueing makes the error of paired minima a Laplace distribution, whose most likely centre is
// the median, and a server that lies or is congested cannot drag it unless it outweighs all others. The weights look at
// how long packets were held up besides, as that is where errors come from (test/bench/RESULTS.md).
// Sign: a positive offset = our clock is behind = add it.

import { type Clusterable, selectionJitter } from './cluster.ts';
import { type Candidate, majorityRegion } from './select.ts';
import type { Seconds } from './time.ts';

/** What being held up weighs, against the root distance: a server errs by most of the one, and by a small share of the other. */
const HELD_UP_COUNTS = 5;

/** What combining needs of a survivor; a PeerEstimate is one. */
export interface Combinable extends Clusterable {
  /** δ, to the server. */
  readonly delay: Seconds;
  /** Δ, from there to the reference clock. */
  readonly rootDelay: Seconds;
}

export interface Estimate {
  readonly offset: Seconds;
  /** Ψ: the system peer's selection jitter and the survivors' own, combined (RFC 5905 §11.2.3). */
  readonly jitter: Seconds;
  /** The error bound, ±: how far the truth can be from `offset` while most of the usable servers are honest. */
  readonly rootDistance: Seconds;
  /** Each survivor's share of the offset, in the survivors' order; two at most have any, and their sum is 1. */
  readonly weights: readonly number[];
}

/** Combines survivors (the system peer first, at least one) that came out of `usable`. */
export function combineSurvivors(survivors: readonly Combinable[], usable: readonly Candidate[]): Estimate {
  const systemPeer = survivors[0];
  if (!systemPeer) throw new RangeError('combineSurvivors needs at least one survivor');
  const weights = sharesInMedian(survivors);
  const weighted = (value: (survivor: Combinable) => number) =>
    survivors.reduce((sum, survivor, i) => sum + weights[i]! * value(survivor), 0);
  const offset = weighted(survivor => survivor.offset);
  const peerJitter = Math.sqrt(weighted(survivor => survivor.jitter ** 2));
  return {
    offset,
    jitter: Math.hypot(selectionJitter(systemPeer, survivors), peerJitter),
    rootDistance: boundOf(offset, usable),
    weights,
  };
}

/**
 * The weighted median as shares of the offsets: each server stands at the centre of its weight on the line of all
 * weights in the order of the offsets, and the two on either side of the middle share by their distance from it. Of
 * two servers this is the weighted mean, of three alike the middle one.
 */
function sharesInMedian(survivors: readonly Combinable[]): readonly number[] {
  const ascending = survivors.map((_, i) => i).sort((a, b) => survivors[a]!.offset - survivors[b]!.offset);
  const weights = weightsOf(survivors);
  let total = 0;
  const centres = ascending.map(i => {
    const weight = weights[i]!;
    total += weight;
    return total - weight / 2;
  });
  const middle = total / 2;
  const above = centres.findIndex(centre => centre >= middle);
  const below = Math.max(above - 1, 0);
  const [from, to] = [centres[below]!, centres[above]!];
  const share = above === below ? 1 : (middle - from) / (to - from);
  return survivors.map((_, i) => (i === ascending[above] ? share : i === ascending[below] ? 1 - share : 0));
}

/**
 * 1/(λ + 5·h), where h is half of what a server's root delay, Δ + δ, is over the least of all: for so long its packets were
 * held up in each direction, or so much longer is its path. Where all are alike these are the weights of the RFC, 1/λ.
 */
function weightsOf(survivors: readonly Combinable[]): readonly number[] {
  const wholeDelays = survivors.map(({ rootDelay, delay }) => rootDelay + delay);
  const least = wholeDelays.reduce((a, b) => Math.min(a, b));
  return survivors.map(({ rootDistance }, i) => {
    const heldUp = (wholeDelays[i]! - least) / 2;
    return 1 / (rootDistance + HELD_UP_COUNTS * heldUp);
  });
}

/** The farthest that any place where most of the servers agree is from the offset. */
function boundOf(offset: Seconds, usable: readonly Candidate[]): Seconds {
  const region = majorityRegion(usable);
  if (!region) throw new RangeError('survivors came out of servers that do not agree');
  return Math.max(offset - region.low, region.high - offset);
}
