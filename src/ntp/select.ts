// Estimates of several servers → truechimers and falsetickers (RFC 5905 §11.2.1). Each server says that the truth
// lies within θ ± λ. Where a strict majority of all can be right together, the truth is, while most are honest: a server
// that reaches none of these places is wrong. Without such a place there is no answer: disjoint groups are never averaged.

import { hullOf, type Interval, overlapsOf } from './overlap.ts';
import type { Seconds } from './time.ts';

/**
 * Half of MINDISP, 5 ms: RFC 5905 §11.1 takes no root delay for less. Servers on a LAN that claim no distance at all
 * are milliseconds apart all the same.
 */
export const LEAST_DISTANCE: Seconds = 0.0025;

/** What selection needs of a server; a PeerEstimate is one. */
export interface Candidate {
  readonly offset: Seconds;
  readonly rootDistance: Seconds;
}

/** What a majority agrees on. */
export interface Agreement<C> {
  readonly kind: 'majority';
  /** From the first to the last point that the most servers contain: where the truechimers overlap, if they all do. */
  readonly intersection: Interval;
  /** Where the true offset can be while most of the servers are honest, whatever intervals the others claim. */
  readonly region: Interval;
  readonly truechimers: readonly C[];
  readonly falsetickers: readonly C[];
  /** How many of the truechimers can be wrong while most of the servers are honest. */
  readonly doubtful: number;
}

export type Selection<C> = Agreement<C> | { readonly kind: 'no-majority' };

/** θ ± λ, in seconds. */
export function intervalOf({ offset, rootDistance }: Candidate): Interval {
  return { low: offset - rootDistance, high: offset + rootDistance };
}

/**
 * Marzullo's intersection (RFC 5905 §11.2.1; of its rule of midpoints, that one at least must lie in the place). Where no
 * majority of the intervals overlaps, or only at their edges, or majorities do in places that lie apart, the intervals are
 * widened to LEAST_DISTANCE; then every place stands, and the region spans them all. A single server is its own majority.
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
  // LEAST_DISTANCE is a guess: the region also covers the offset of each server that was widened to it.
  const widened = wide.agreement.truechimers.filter(one => one.rootDistance < LEAST_DISTANCE);
  const { low, high } = wide.agreement.region;
  const region = {
    low: widened.reduce((least, { offset }) => Math.min(least, offset), low),
    high: widened.reduce((most, { offset }) => Math.max(most, offset), high),
  };
  return { ...wide.agreement, region };
}

/** What a majority of these intervals, one for each candidate, agrees on, and in which places; undefined without a majority. */
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

/** Whether an interval has a point in common with one of the places, which ascend. */
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
