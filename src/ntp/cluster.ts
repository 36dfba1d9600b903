// Truechimers → survivors, the system peer first (RFC 5905 §11.2.2). Casts off, one at a time, the server whose
// offset scatters most from the others', until the scatter is no more than the noisiest server's own jitter. The RFC
// goes on down to the steadiest's; but paired minima err less than they jitter, and it costs honest servers, which
// the median of the combination needs (test/bench/RESULTS.md).

import type { Seconds } from './time.ts';

/** NMIN: cast none off when this few are left (RFC 5905 §11.2.2). */
export const NMIN = 3;
/** MAXDIST: what a stratum weighs in seconds of root distance; 1.5 s as in ntpd (the RFC's 1 s drops satellite links). */
export const MAXDIST: Seconds = 1.5;

/** What clustering needs of a server; a PeerEstimate is one. */
export interface Clusterable {
  readonly offset: Seconds;
  readonly jitter: Seconds;
  readonly rootDistance: Seconds;
  readonly stratum: number;
}

export interface Cluster<C> {
  /** Best first: the first is the system peer. */
  readonly survivors: readonly C[];
  readonly outliers: readonly C[];
}

/**
 * Sorts by merit and casts off outliers; `preferred` servers come first and stay (RFC 5905 §11.2.2). Of more than
 * `doubtful` survivors one at least is honest.
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
  const staying = howManyStay(outwards, preferred, Math.max(NMIN, doubtful + 1));
  const outliers = outwards.splice(staying).reverse();
  const gone = new Set(outliers);
  return { survivors: byMerit.filter(one => !gone.has(one)), outliers };
}

/** φ: RMS of the distances from one server's offset to the others'. */
export function selectionJitter(one: Clusterable, all: readonly Clusterable[]): Seconds {
  if (all.length < 2) return 0;
  const squares = all.reduce((sum, other) => sum + (one.offset - other.offset) ** 2, 0);
  return Math.sqrt(squares / (all.length - 1));
}

/**
 * The order in which they would go: of those that are left always the one of greatest φ, of several the one of least
 * merit. φ² is (n·d² + Σd²)/(n−1) with d the distances from the mean, so that it is the one farthest from the mean,
 * and that is at one of the two ends: n·log n in all, where comparing each with each would take n³.
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
 * How many of them stay, counted from the innermost: the most whose outermost is preferred, or scatters no more than
 * the noisiest of them jitters; at least `least`. Adds one after the other (Welford), because taking away would leave
 * little but rounding errors of the far ones.
 */
function howManyStay<C extends Clusterable>(
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
