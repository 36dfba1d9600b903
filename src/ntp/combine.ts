// Survivors → one estimate of our clock's offset (RFC 5905 §11.2.3), with an error bound that needs
// nothing but an honest majority among all servers that were usable.
// Sign: a positive offset = our clock is behind = add it.

import { type Clusterable, selectionJitter } from './cluster.ts';
import { type Candidate, majorityRegion } from './select.ts';
import type { Seconds } from './time.ts';

export interface Estimate {
  readonly offset: Seconds;
  /** Ψ: the system peer's selection jitter and the survivors' own, combined (RFC 5905 §11.2.3). */
  readonly jitter: Seconds;
  /** The error bound, ±: how far the truth can be from `offset` while most of the usable servers are honest. */
  readonly rootDistance: Seconds;
  /** Each survivor's share of the offset, in the survivors' order; their sum is 1. */
  readonly weights: readonly number[];
}

/** Combines survivors (the system peer first, at least one) that came out of `usable`. */
export function combineSurvivors(survivors: readonly Clusterable[], usable: readonly Candidate[]): Estimate {
  const systemPeer = survivors[0];
  if (!systemPeer) throw new RangeError('combineSurvivors needs at least one survivor');
  const inverse = survivors.map(survivor => 1 / survivor.rootDistance);
  const total = inverse.reduce((sum, weight) => sum + weight, 0);
  const weights = inverse.map(weight => weight / total);
  const weighted = (value: (survivor: Clusterable) => number) =>
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

/** The farthest that any place where most of the servers agree is from the offset. */
function boundOf(offset: Seconds, usable: readonly Candidate[]): Seconds {
  const region = majorityRegion(usable);
  if (!region) throw new RangeError('survivors came out of servers that do not agree');
  return Math.max(offset - region.low, region.high - offset);
}
