// Estimates of several servers → truechimers and falsetickers (RFC 5905 §11.2.1). Each server claims that the true
// offset lies within θ ± λ. If most servers are honest, it lies in a place that a strict majority of the intervals
// shares. A server whose interval reaches no such place is wrong. Without such a place there is no answer: disjoint
// groups are never averaged.

import { hullOf, type Interval, overlapsOf } from './overlap.ts';
import type { Seconds } from './time.ts';

/**
 * Half of MINDISP, 5 ms: RFC 5905 §11.1 takes no root delay for less. Servers on a LAN may claim a distance of zero and
 * still be milliseconds apart.
 */
export const LEAST_DISTANCE: Seconds = 0.0025;

/** What selection reads of a server; `PeerEstimate` satisfies it. */
export interface Candidate {
  readonly offset: Seconds;
  readonly rootDistance: Seconds;
}

/** The result of a majority. */
export interface Agreement<C> {
  readonly kind: 'majority';
  /**
   * From the first to the last point with the most overlaps. If all truechimers overlap, this is their intersection.
   */
  readonly intersection: Interval;
  /** The range of possible true offsets while most servers are honest, whatever the others claim. */
  readonly region: Interval;
  readonly truechimers: readonly C[];
  readonly falsetickers: readonly C[];
  /** How many of the truechimers can be wrong while most servers are honest. */
  readonly doubtful: number;
}

export type Selection<C> = Agreement<C> | { readonly kind: 'no-majority' };

/** θ ± λ, in seconds. */
export function intervalOf({ offset, rootDistance }: Candidate): Interval {
  return { low: offset - rootDistance, high: offset + rootDistance };
}

/**
 * Marzullo's intersection (RFC 5905 §11.2.1; its midpoint rule requires only one midpoint within the place). If no
 * majority of the intervals overlaps, or they overlap only at their edges, or majorities overlap in separate places,
 * the intervals are widened to LEAST_DISTANCE. All remaining places then count, and the region spans them. A single
 * server is its own majority.
 */
export function selectTruechimers<C extends Candidate>(candidates: readonly C[]): Selection<C> {
  const tight = agreementOf(candidates, candidates.map(intervalOf));
  if (tight?.places.length === 1 && tight.agreement.truechimers.some(one => isWithin(one, tight.places))) {
    return tight.agreement;
  }
  const floored = candidates.map(one => ({
    ...one,
    rootDistance: Math.max(one.rootDistance, LEAST_DISTANCE),
  }));
  const wide = agreementOf(candidates, floored.map(intervalOf));
  if (!wide) return { kind: 'no-majority' };
  // LEAST_DISTANCE is a guess: the region also covers the offset of every server that was widened to it.
  const widened = wide.agreement.truechimers.filter(one => one.rootDistance < LEAST_DISTANCE);
  const { low, high } = wide.agreement.region;
  const region = {
    low: widened.reduce((least, { offset }) => Math.min(least, offset), low),
    high: widened.reduce((most, { offset }) => Math.max(most, offset), high),
  };
  return { ...wide.agreement, region };
}

/**
 * The majority's agreement on these intervals, one for each candidate, and its places; undefined without a majority.
 */
function agreementOf<C>(candidates: readonly C[], intervals: readonly Interval[]) {
  const majority = Math.floor(candidates.length / 2) + 1;
  const { most, where } = overlapsOf(intervals);
  if (most < majority) return undefined;
  const places = where(majority);
  const believed = intervals.map(interval => reaches(interval, places));
  const truechimers = candidates.filter((_, i) => believed[i]);
  const agreement: Agreement<C> = {
    kind: 'majority',
    intersection: hullOf(where(most)),
    region: hullOf(places),
    truechimers,
    falsetickers: candidates.filter((_, i) => !believed[i]),
    doubtful: truechimers.length - majority,
  };
  return { agreement, places };
}

function isWithin({ offset }: Candidate, places: readonly Interval[]): boolean {
  return reaches({ low: offset, high: offset }, places);
}

/** Whether an interval intersects any of the places, which must be ascending. */
function reaches({ low, high }: Interval, places: readonly Interval[]): boolean {
  let from = 0;
  let to = places.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (places[middle]!.high < low) from = middle + 1;
    else to = middle;
  }
  return from < places.length && places[from]!.low <= high;
}
