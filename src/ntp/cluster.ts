// Truechimers → survivors, the system peer first (RFC 5905 §11.2.2). Casts off, one at a time, the server whose
// offset scatters most from the others', until that would no longer sharpen the result.

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

/** Sorts by merit and casts off outliers; `preferred` servers come first and stay (RFC 5905 §11.2.2). */
export function clusterSurvivors<C extends Clusterable>(
  truechimers: readonly C[],
  preferred: (candidate: C) => boolean = () => false,
): Cluster<C> {
  const merit = (candidate: C) => candidate.stratum * MAXDIST + candidate.rootDistance;
  const survivors = truechimers.toSorted(
    (a, b) => Number(preferred(b)) - Number(preferred(a)) || merit(a) - merit(b),
  );
  const outliers: C[] = [];
  while (survivors.length > NMIN) {
    const worst = farthestOut(survivors);
    const steadiest = survivors.reduce(
      (least, { jitter }) => Math.min(least, jitter),
      Number.POSITIVE_INFINITY,
    );
    if (selectionJitter(worst, survivors) <= steadiest || preferred(worst)) break;
    outliers.push(...survivors.splice(survivors.indexOf(worst), 1));
  }
  return { survivors, outliers };
}

/** φ: RMS of the distances from one server's offset to the others'. */
export function selectionJitter(one: Clusterable, all: readonly Clusterable[]): Seconds {
  if (all.length < 2) return 0;
  const squares = all.reduce((sum, other) => sum + (one.offset - other.offset) ** 2, 0);
  return Math.sqrt(squares / (all.length - 1));
}

/**
 * The one of greatest φ; of several, the one of least merit. φ² is (n·d² + Σd²)/(n−1) with d the distances from the
 * mean, so that it is the one farthest from the mean: one pass, where comparing each with each would take n.
 */
function farthestOut<C extends Clusterable>(all: readonly C[]): C {
  const mean = all.reduce((sum, { offset }) => sum + offset, 0) / all.length;
  const distance = ({ offset }: C) => Math.abs(offset - mean);
  return all.reduce((worst, one) => (distance(one) >= distance(worst) ? one : worst));
}
