// Survivors → one estimate of our clock's offset. Its error bound assumes only that most of the usable servers are
// honest. RFC 5905 §11.2.3 takes the mean with weights 1/λ; this takes the weighted median, because exponential
// queueing gives paired minima a Laplace-distributed error, whose most likely center is the median. The weights also
// consider queueing time, the main source of error. Weights mostly depend on what the servers claim, so they only
// choose among offsets that honest servers can have: no minority can move the result outside that range
// (test/bench/RESULTS.md lists the alternatives tried).
// Sign: a positive offset = our clock is behind = add it.

import { type Clusterable, selectionJitter } from './cluster.ts';
import type { Interval } from './overlap.ts';
import type { Agreement } from './select.ts';
import type { Seconds } from './time.ts';

/**
 * Weight of queueing relative to root distance: most of the queueing time turns into error, but only a small share of
 * root distance does.
 */
const QUEUEING_WEIGHT = 5;
/**
 * The assumed error of an honest server's offset, as a share of the measured round trip: one direction takes 20 %
 * longer. A path can cause at most one half, but that would give the weights more freedom than they need.
 */
const PATH_ERROR = 0.1;

/** What combining reads of a survivor; `PeerEstimate` satisfies it. */
export interface Combinable extends Clusterable {
  /** δ, the round trip to the server. */
  readonly delay: Seconds;
  /** Δ, the round trip from the server to its reference clock. */
  readonly rootDelay: Seconds;
}

/** The combined result of the servers that are believed (RFC 5905 §11.2.3). Durations are seconds. */
export interface Estimate {
  readonly offset: Seconds;
  /** Ψ: the system peer's selection jitter combined with the survivors' own jitter (RFC 5905 §11.2.3). */
  readonly jitter: Seconds;
  /**
   * The error bound, ±: the largest distance of the true offset from `offset` while most of the usable servers are
   * honest.
   */
  readonly rootDistance: Seconds;
  /**
   * Each survivor's share of the offset, in the order of the survivors. At most two shares are above 0, and they sum to
   * 1.
   */
  readonly weights: readonly number[];
}

/** What combining reads of the selection that produced the survivors. */
export type SelectionBasis = Pick<Agreement<Combinable>, 'region' | 'truechimers' | 'doubtful'>;

/** Combines the survivors of a selection, system peer first. There must be more survivors than `basis.doubtful`. */
export function combineSurvivors(survivors: readonly Combinable[], basis: SelectionBasis): Estimate {
  const systemPeer = survivors[0];
  if (!systemPeer) throw new RangeError('combineSurvivors needs at least one survivor');
  const ascending = survivors.toSorted((a, b) => a.offset - b.offset);
  const { low, high } = honestRange(basis);
  const offset = Math.min(Math.max(weightedMedian(ascending), low), high);
  const shares = sharesOf(offset, ascending);
  const weights = survivors.map(survivor => shares.get(survivor) ?? 0);
  const variance = survivors.reduce((sum, { jitter }, i) => sum + weights[i]! * jitter ** 2, 0);
  const { region } = basis;
  return {
    offset,
    jitter: Math.hypot(selectionJitter(systemPeer, survivors), Math.sqrt(variance)),
    rootDistance: Math.max(offset - region.low, region.high - offset),
    weights,
  };
}

/**
 * The range of offsets that honest servers can have, allowing for the error of their paths. At least one of the
 * `doubtful` + 1 lowest offsets is honest, and so is at least one of the highest.
 */
function honestRange({ truechimers, doubtful }: SelectionBasis): Interval {
  const lows = truechimers.map(({ offset, delay }) => offset - PATH_ERROR * delay).sort((a, b) => a - b);
  const highs = truechimers.map(({ offset, delay }) => offset + PATH_ERROR * delay).sort((a, b) => b - a);
  return { low: lows[doubtful]!, high: highs[doubtful]! };
}

/**
 * The weighted median. The servers' weights are laid end to end in the order of their offsets. The two servers whose
 * centers enclose the midpoint share the result according to their distances from it. For two servers this is the
 * weighted mean; for three with equal weights it is the middle one.
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

/** The two survivors whose offsets enclose `offset`, and the share of each. */
function sharesOf(offset: Seconds, ascending: readonly Combinable[]): ReadonlyMap<Combinable, number> {
  const last = ascending.length - 1;
  const above = ascending.findIndex((one, i) => one.offset >= offset || i === last);
  const [from, to] = [ascending[Math.max(above - 1, 0)]!, ascending[above]!];
  // Rounding may put the offset slightly outside.
  const share = to.offset > from.offset ? Math.min((offset - from.offset) / (to.offset - from.offset), 1) : 1;
  return new Map([
    [from, 1 - share],
    [to, share],
  ]);
}

/**
 * Weights 1/(λ + 5·h). h is half of the amount by which a server's total delay, Δ + δ, exceeds the smallest one: its
 * packets were queued that long in each direction, or its path is that much longer. With equal delays these are the
 * RFC's weights, 1/λ.
 */
function weightsOf(survivors: readonly Combinable[]): readonly number[] {
  const wholeDelays = survivors.map(({ rootDelay, delay }) => rootDelay + delay);
  const least = wholeDelays.reduce((a, b) => Math.min(a, b));
  return survivors.map(({ rootDistance }, i) => {
    const queueing = (wholeDelays[i]! - least) / 2;
    return 1 / (rootDistance + QUEUEING_WEIGHT * queueing);
  });
}
