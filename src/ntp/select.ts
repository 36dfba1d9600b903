// Estimates of several servers → truechimers and falsetickers (RFC 5905 §11.2.1). Each server says that the
// truth lies within θ ± λ; the largest set of servers, and a strict majority of all, that can be right together
// is believed. Without such a set there is no answer: disjoint groups are never averaged.

import type { Seconds } from './time.ts';

/** A correctness interval: the offset is claimed to lie from `low` to `high`. */
export interface Interval {
  readonly low: Seconds;
  readonly high: Seconds;
}

/** What selection needs of a server; a PeerEstimate is one. */
export interface Candidate {
  readonly offset: Seconds;
  readonly rootDistance: Seconds;
}

export type Selection<C> =
  | {
      readonly kind: 'majority';
      /** Where the believed servers' intervals all overlap. */
      readonly intersection: Interval;
      readonly truechimers: readonly C[];
      readonly falsetickers: readonly C[];
    }
  | { readonly kind: 'no-majority' };

/** θ ± λ */
export function intervalOf(candidate: Candidate): Interval {
  const { offset, rootDistance } = candidate;
  return { low: offset - rootDistance, high: offset + rootDistance };
}

/** Marzullo's intersection (RFC 5905 §11.2.1, without its rule of midpoints); a single server is its own majority. */
export function selectTruechimers<C extends Candidate>(candidates: readonly C[]): Selection<C> {
  const edges = edgesOf(candidates);
  const agreeing = edges.lows.reduce((most, point) => Math.max(most, covering(edges, point)), 0);
  if (2 * agreeing <= candidates.length) return { kind: 'no-majority' };
  const intersection = spanOf(edges, agreeing)!;
  const agrees = (candidate: C) => {
    const { low, high } = intervalOf(candidate);
    return low <= intersection.high && high >= intersection.low;
  };
  return {
    kind: 'majority',
    intersection,
    truechimers: candidates.filter(agrees),
    falsetickers: candidates.filter(candidate => !agrees(candidate)),
  };
}

/**
 * Every offset that lies in more than half of the intervals, from the least to the greatest. While a majority of the
 * servers is honest, the truth is in more than half of them: so it is in here, whoever the liars are and wherever
 * they put their intervals.
 */
export function majorityRegion(candidates: readonly Candidate[]): Interval | undefined {
  return spanOf(edgesOf(candidates), Math.floor(candidates.length / 2) + 1);
}

/** The ends of all intervals, each list ascending. */
interface Edges {
  readonly lows: readonly Seconds[];
  readonly highs: readonly Seconds[];
}

function edgesOf(candidates: readonly Candidate[]): Edges {
  const intervals = candidates.map(intervalOf);
  const ascending = (a: number, b: number) => a - b;
  return {
    lows: intervals.map(interval => interval.low).sort(ascending),
    highs: intervals.map(interval => interval.high).sort(ascending),
  };
}

/** From the first point to the last that at least `count` of the intervals contain. */
function spanOf(edges: Edges, count: number): Interval | undefined {
  const low = edges.lows.find(point => covering(edges, point) >= count);
  const high = edges.highs.findLast(point => covering(edges, point) >= count);
  return low === undefined || high === undefined ? undefined : { low, high };
}

/** How many intervals contain a point: those begun less those ended before it. */
function covering({ lows, highs }: Edges, point: Seconds): number {
  return countUntil(lows, low => low <= point) - countUntil(highs, high => high < point);
}

/** How many of a sorted list, from its start, meet a condition that fails from some place on. */
function countUntil(sorted: readonly number[], holds: (value: number) => boolean): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (holds(sorted[middle]!)) from = middle + 1;
    else to = middle;
  }
  return from;
}
