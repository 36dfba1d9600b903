// The samples of one server → one estimate of it (the clock filter, RFC 5905 §10).
// The RFC takes the sample of least delay. Where queueing in the two directions is independent, the least
// forward and the least backward difference of a burst need not come from the same packet, and pairing
// them errs by 1/n instead of 1/√n. Both estimators are here; their bound is the same: |error| ≤ δ/2 + ε.
// Sign: a positive offset = the server is ahead.

import type { Leap } from './packet.ts';
import { PHI, type Sample } from './sample.ts';
import { difference, elapsed, type Reading, type Seconds } from './time.ts';

export type Estimator = 'paired-minima' | 'least-delay';

/** What one server says of our clock. */
export interface PeerEstimate {
  readonly offset: Seconds;
  readonly delay: Seconds;
  /** ε: both precisions, and PHI over the time that the measurement took. */
  readonly dispersion: Seconds;
  /** RMS of the samples' offsets about the estimate (RFC 5905 §10); the precision for a single sample. */
  readonly jitter: Seconds;
  readonly rootDelay: Seconds;
  readonly rootDispersion: Seconds;
  /** λ, the bound on |error|: (Δ + δ)/2 + E + ε + jitter (RFC 5905 §11.1). */
  readonly rootDistance: Seconds;
  readonly stratum: number;
  readonly leap: Leap;
  readonly refid: number;
  /** When the last of the samples came in: the instant that the estimate speaks of. */
  readonly at: Reading;
}

/** A burst whose samples contradict each other: the server's clock (or ours) was moved while we asked. */
export interface Inconsistent {
  readonly kind: 'inconsistent';
  /** How far the delay of the pairing is below zero. */
  readonly by: Seconds;
}

/** Estimates one server from its samples, of which there is at least one, in order of arrival. */
export function estimatePeer(
  samples: readonly Sample[],
  estimator: Estimator = 'paired-minima',
): PeerEstimate | Inconsistent {
  const last = samples.at(-1);
  const first = samples[0];
  if (!last || !first) throw new RangeError('estimatePeer needs at least one sample');
  const { offset, delay, dispersion } = estimators[estimator](samples);
  const { packet } = last;
  if (delay < -dispersion) return { kind: 'inconsistent', by: -delay };
  const atLeast = 2 ** packet.precision;
  const jitter = Math.max(rms(samples.map(sample => sample.offset - offset)), atLeast);
  return {
    offset,
    delay: Math.max(delay, 0),
    dispersion,
    jitter,
    rootDelay: packet.rootDelay,
    rootDispersion: packet.rootDispersion,
    rootDistance: (packet.rootDelay + Math.max(delay, 0)) / 2 + packet.rootDispersion + dispersion + jitter,
    stratum: packet.stratum,
    leap: packet.leap,
    refid: packet.refid,
    at: last.received,
  };
}

type Paired = Pick<Sample, 'offset' | 'delay' | 'dispersion'>;

const estimators: Record<Estimator, (samples: readonly Sample[]) => Paired> = {
  /** The newer of two alike; PHI for the time that has passed since then. */
  'least-delay': samples => {
    const best = samples.reduce((least, sample) => (sample.delay <= least.delay ? sample : least));
    const age = elapsed(samples.at(-1)!.received.monotonic, best.received.monotonic);
    return { offset: best.offset, delay: best.delay, dispersion: best.dispersion + PHI * age };
  },

  /** θ = (min(T2−T1) − min(T4−T3))/2, δ = min(T2−T1) + min(T4−T3) */
  'paired-minima': samples => {
    const forward = Math.min(...samples.map(sample => difference(sample.t2, sample.t1)));
    const backward = Math.min(...samples.map(sample => difference(sample.t4, sample.t3)));
    const received = samples.map(sample => sample.received.monotonic);
    const span = elapsed(received.at(-1)!, received[0]!);
    return {
      offset: (forward - backward) / 2,
      delay: forward + backward,
      dispersion: Math.max(...samples.map(sample => sample.dispersion)) + PHI * span,
    };
  },
};

/** Over n − 1, as in RFC 5905 §10: n samples about an estimate that they made themselves. */
function rms(deviations: readonly number[]): number {
  const squares = deviations.reduce((sum, deviation) => sum + deviation * deviation, 0);
  return Math.sqrt(squares / Math.max(deviations.length - 1, 1));
}
