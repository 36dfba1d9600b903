// Truechimers → survivors, system peer first (RFC 5905 §11.2.2). Repeatedly discards the server whose offset scatters
// most from the others', until that scatter is no larger than the jitter of the noisiest remaining server. The RFC
// continues down to the jitter of the steadiest server. Paired minima err less than they jitter, so that rule would
// discard honest servers, which the median in combine.ts needs (test/bench/RESULTS.md).

import type { Seconds } from './time.ts';

/** NMIN: stop discarding when this few servers are left (RFC 5905 §11.2.2). */
export const NMIN = 3;
/**
 * MAXDIST: the weight of one stratum, in seconds of root distance; 1.5 s as in ntpd (the RFC's 1 s drops satellite
 * links).
 */
export const MAXDIST: Seconds = 1.5;

/** What clustering reads of a server; `PeerEstimate` satisfies it. */
export interface Clusterable {
  readonly offset: Seconds;
  readonly jitter: Seconds;
  readonly rootDistance: Seconds;
  readonly stratum: number;
}

export interface Cluster<C> {
  /** In order of merit: the first is the system peer. */
  readonly survivors: readonly C[];
  readonly outliers: readonly C[];
}

/**
 * Sorts servers by merit and discards outliers. `preferred` servers sort first and are kept (RFC 5905 §11.2.2). More
 * than `doubtful` survivors remain, so that at least one of them is honest.
 */
export function clusterSurvivors<C extends Clusterable>(
  truechimers: readonly C[],
  preferred: (candidate: C) => boolean = () => false,
  doubtful = 0,
): Cluster<C> {
  const merit = (candidate: C) => candidate.stratum * MAXDIST + candidate.rootDistance;
  const better = (a: C, b: C) => Number(preferred(b)) - Number(preferred(a)) || merit(a) - merit(b);
  const byMerit = truechimers.toSorted(better);
  const outwards = outermostFirst(byMerit, better).reverse();
  const staying = survivorCount(outwards, preferred, Math.max(NMIN, doubtful + 1));
  const outliers = outwards.splice(staying).reverse();
  const gone = new Set(outliers);
  return { survivors: byMerit.filter(one => !gone.has(one)), outliers };
}

/** φ: RMS distance of one server's offset from the others', in seconds. */
export function selectionJitter(one: Clusterable, all: readonly Clusterable[]): Seconds {
  if (all.length < 2) return 0;
  const squares = all.reduce((sum, other) => sum + (one.offset - other.offset) ** 2, 0);
  return Math.sqrt(squares / (all.length - 1));
}

/**
 * Orders servers by removal: always the remaining one with the greatest φ, on a tie the one with the least merit. φ² =
 * (n·d² + Σd²)/(n−1), where d is a distance from the mean. The greatest φ therefore belongs to the server farthest from
 * the mean, which is at one of the two ends. This takes n·log n; comparing all pairs would take n³.
 */
function outermostFirst<C extends Clusterable>(byMerit: readonly C[], better: (a: C, b: C) => number): C[] {
  const ascending = byMerit.toReversed().sort((a, b) => a.offset - b.offset);
  const descending = byMerit.toReversed().sort((a, b) => b.offset - a.offset);
  const order = new Set<C>();
  let sum = byMerit.reduce((total, { offset }) => total + offset, 0);
  for (let [low, high] = [0, 0]; order.size < byMerit.length; ) {
    while (order.has(ascending[low]!)) low += 1;
    while (order.has(descending[high]!)) high += 1;
    const [lowest, highest] = [ascending[low]!, descending[high]!];
    const mean = sum / (byMerit.length - order.size);
    const nearer = mean - lowest.offset - (highest.offset - mean) || better(lowest, highest);
    const worst = nearer > 0 ? lowest : highest;
    order.add(worst);
    sum -= worst.offset;
  }
  return [...order];
}

/**
 * Counts the survivors from the innermost outward: the largest number whose outermost server is preferred or scatters
 * no more than the noisiest one jitters, and at least `least`. Adds servers one by one (Welford): subtracting far ones
 * would leave little but rounding errors.
 */
function survivorCount<C extends Clusterable>(
  outwards: readonly C[],
  preferred: (one: C) => boolean,
  least: number,
): number {
  let staying = 0;
  let mean = 0;
  let squares = 0;
  let noisiest = 0;
  for (const [i, one] of outwards.entries()) {
    const n = i + 1;
    const before = one.offset - mean;
    mean += before / n;
    const distance = one.offset - mean;
    squares += before * distance;
    noisiest = Math.max(noisiest, one.jitter);
    const scatter = Math.sqrt((n * distance ** 2 + squares) / Math.max(i, 1));
    if (n <= least || scatter <= noisiest || preferred(one)) staying = n;
  }
  return staying;
}
