// Survivors → one estimate of our clock's offset, with an error bound that needs nothing but an honest majority
// among all servers that were usable. Where RFC 5905 §11.2.3 takes the mean with weights 1/λ, this takes the weighted
// median: exponential queueing makes the error of paired minima a Laplace distribution, whose most likely center is
// the median. The weights look at how long packets were held up besides, as that is where errors come from. Most of what
// they are made of is the servers' own claim, so that they choose only among offsets that honest servers can have:
// no minority moves the result out of there, whatever it claims (test/bench/RESULTS.md has what was tried).
// Sign: a positive offset = our clock is behind = add it.

import { type Clusterable, selectionJitter } from './cluster.ts';
import type { Interval } from './overlap.ts';
import type { Agreement } from './select.ts';
import type { Seconds } from './time.ts';

/** The weight of queueing against root distance: a server errs by most of the first, and by a small share of the second. */
const HELD_UP_COUNTS = 5;
/**
 * How far an honest server's offset is taken to err, as a share of the round trip that we measured: a path 20 % longer
 * one way. Half would be all that a path can do; then the weights would be left more than they need.
 */
const PATH_ERROR = 0.1;

/** What combining needs of a survivor; a PeerEstimate is one. */
export interface Combinable extends Clusterable {
  /** δ, to the server. */
  readonly delay: Seconds;
  /** Δ, from there to the reference clock. */
  readonly rootDelay: Seconds;
}

/** The combined result of the servers that are believed (RFC 5905 §11.2.3). Durations are seconds. */
export interface Estimate {
  readonly offset: Seconds;
  /** Ψ: the system peer's selection jitter and the survivors' own, combined (RFC 5905 §11.2.3). */
  readonly jitter: Seconds;
  /** The error bound, ±: how far the truth can be from `offset` while most of the usable servers are honest. */
  readonly rootDistance: Seconds;
  /** Each survivor's share of the offset, in the survivors' order; two at most have any, and their sum is 1. */
  readonly weights: readonly number[];
}

/** What combining needs of the selection that the survivors came out of. */
export type Ground = Pick<Agreement<Combinable>, 'region' | 'truechimers' | 'doubtful'>;

/** Combines the survivors of a selection, the system peer first; there must be more of them than are doubtful. */
export function combineSurvivors(survivors: readonly Combinable[], ground: Ground): Estimate {
  const systemPeer = survivors[0];
  if (!systemPeer) throw new RangeError('combineSurvivors needs at least one survivor');
  const ascending = survivors.toSorted((a, b) => a.offset - b.offset);
  const { low, high } = reachOfHonest(ground);
  const offset = Math.min(Math.max(weightedMedian(ascending), low), high);
  const shares = sharesOf(offset, ascending);
  const weights = survivors.map(survivor => shares.get(survivor) ?? 0);
  const variance = survivors.reduce((sum, { jitter }, i) => sum + weights[i]! * jitter ** 2, 0);
  const { region } = ground;
  return {
    offset,
    jitter: Math.hypot(selectionJitter(systemPeer, survivors), Math.sqrt(variance)),
    rootDistance: Math.max(offset - region.low, region.high - offset),
    weights,
  };
}

/**
 * From the least to the greatest offset that an honest server is sure to exceed, or to fall short of, by no more than its
 * path can err. Of the `doubtful` + 1 that are lowest one at least is honest, and of the highest as well.
 */
function reachOfHonest({ truechimers, doubtful }: Ground): Interval {
  const lows = truechimers.map(({ offset, delay }) => offset - PATH_ERROR * delay).sort((a, b) => a - b);
  const highs = truechimers.map(({ offset, delay }) => offset + PATH_ERROR * delay).sort((a, b) => b - a);
  return { low: lows[doubtful]!, high: highs[doubtful]! };
}

/**
 * The weighted median: each server stands at the center of its weight on the line of all weights in the order of the
 * offsets, and the two on either side of the middle share by their distance from it. Of two servers this is the weighted
 * mean, of three alike the middle one.
 */
function weightedMedian(ascending: readonly Combinable[]): Seconds {
  const weights = weightsOf(ascending);
  let total = 0;
  const centers = weights.map(weight => {
    total += weight;
    return total - weight / 2;
  });
  const middle = total / 2;
  const above = centers.findIndex(center => center >= middle);
  const below = Math.max(above - 1, 0);
  const [from, to] = [centers[below]!, centers[above]!];
  const share = above === below ? 1 : (middle - from) / (to - from);
  return (1 - share) * ascending[below]!.offset + share * ascending[above]!.offset;
}

/** The two survivors on either side of an offset that lies among theirs, with the share that each has in it. */
function sharesOf(offset: Seconds, ascending: readonly Combinable[]): ReadonlyMap<Combinable, number> {
  const last = ascending.length - 1;
  const above = ascending.findIndex((one, i) => one.offset >= offset || i === last);
  const [from, to] = [ascending[Math.max(above - 1, 0)]!, ascending[above]!];
  // Rounding may put the offset a hair outside.
  const share = to.offset > from.offset ? Math.min((offset - from.offset) / (to.offset - from.offset), 1) : 1;
  return new Map([
    [from, 1 - share],
    [to, share],
  ]);
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
