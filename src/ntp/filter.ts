// The samples of one server → one estimate for a given instant (the clock filter, RFC 5905 §10). The RFC picks the
// sample with the least delay. If queueing in the two directions is independent, the smallest forward and the smallest
// backward difference of a burst need not come from the same packet, and pairing them errs by 1/n instead of 1/√n. Both
// estimators are implemented. They share one bound: no offset outside it is compatible with the samples, for any
// queueing, any rate of our clock, and any tick of the server's.
// Sign: a positive offset = the server is ahead.

import { PHI } from './offset.ts';
import { type Leap, resolutionOf } from './packet.ts';
import { type Exchange, pairAt } from './pairing.ts';
import { likelyRate, type Rate, UNKNOWN_RATE } from './rate.ts';
import { LONGEST_TICK, type Region, regionOf } from './region.ts';
import type { Sample } from './sample.ts';
import { inferTick } from './tick.ts';
import { difference, elapsed, type MonotonicTime, type Seconds } from './time.ts';

export type Estimator = 'paired-minima' | 'least-delay';

/**
 * What the samples of one server come to (RFC 5905 §10). Durations are seconds; a positive offset = the server is
 * ahead.
 */
export interface PeerEstimate {
  readonly offset: Seconds;
  readonly delay: Seconds;
  /** ε: both precisions, plus PHI times the age of the first sample. */
  readonly dispersion: Seconds;
  /** RMS deviation of the samples' offsets from the estimate (RFC 5905 §10); 0 for a single sample. */
  readonly jitter: Seconds;
  readonly rootDelay: Seconds;
  readonly rootDispersion: Seconds;
  /**
   * λ, the bound on |error|: Δ/2 + E, plus the largest distance from `offset` that the samples allow, plus the jitter
   * in excess of the timestamp resolution. RFC 5905 §11.1 has (Δ + δ)/2 + E + ε + jitter.
   */
  readonly rootDistance: Seconds;
  /**
   * The distance as claimed by the server and its path, compared to MAXDIST. Excludes what an unknown rate, a tick, or
   * a contradiction adds.
   */
  readonly claimedDistance: Seconds;
  readonly stratum: number;
  readonly leap: Leap;
  readonly refid: number;
}

/** The samples of a burst contradict each other: the server's clock, or ours, was changed during the burst. */
export interface Inconsistent {
  readonly kind: 'inconsistent';
  /** The size of the contradiction in seconds, beyond what a rate or a tick explains. */
  readonly by: Seconds;
}

export interface EstimateTerms {
  readonly estimator?: Estimator;
  /** The instant to estimate for; by default the arrival of the last sample. */
  readonly at?: MonotonicTime;
  /** What is known about the rate of the server's clock relative to ours; by default nothing. */
  readonly rate?: Rate;
}

/** Estimates one server from its samples, which must not be empty, in order of arrival. */
export function estimatePeer(
  samples: readonly Sample[],
  { estimator = 'paired-minima', at, rate = UNKNOWN_RATE }: EstimateTerms = {},
): PeerEstimate | Inconsistent {
  const last = samples.at(-1);
  if (!last) throw new RangeError('estimatePeer needs at least one sample');
  const { packet } = last;
  const burst = readBurst(samples, at ?? last.received.monotonic, rate);
  const { contradiction } = burst.region;
  if (contradiction > LONGEST_TICK) return { kind: 'inconsistent', by: contradiction };
  const { offset, delay, deviations } = estimators[estimator](burst);
  const { region, dispersion } = burst;
  const scatter = rms(deviations.map(deviation => Math.max(Math.abs(deviation) - burst.resolution, 0)));
  const ownDistance = packet.rootDelay / 2 + packet.rootDispersion + scatter;
  const claimedDistance = ownDistance + delay / 2 + dispersion;
  const reach = Math.max(region.high - offset, offset - region.low);
  return {
    offset,
    delay,
    dispersion,
    jitter: rms(deviations),
    rootDelay: packet.rootDelay,
    rootDispersion: packet.rootDispersion,
    rootDistance: Math.max(ownDistance + reach, claimedDistance),
    claimedDistance,
    stratum: packet.stratum,
    leap: packet.leap,
    refid: packet.refid,
  };
}

/** A burst in the form that the estimators use. */
interface Burst {
  /** Each timestamp is moved to the middle of its tick. */
  readonly exchanges: readonly Exchange[];
  readonly dispersion: Seconds;
  /** The largest error of a timestamp caused by its resolution, in seconds. */
  readonly resolution: Seconds;
  readonly region: Region;
  /** The most plausible rate of the server's clock relative to ours. */
  readonly rate: number;
}

function readBurst(samples: readonly Sample[], at: MonotonicTime, known: Rate): Burst {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const readings = Math.max(...samples.map(sample => sample.dispersion));
  const dispersion = readings + PHI * elapsed(at, first.received.monotonic);
  const stamped = samples.map(sample => exchangeOf(sample, at));
  const claimed = { receive: dispersion, transmit: dispersion };
  const { contradiction } = regionOf(stamped, known, claimed);
  const stampsOf = (stamp: 't1' | 't2' | 't3' | 't4') => samples.map(sample => sample[stamp]);
  const receiveTick = inferTick(stampsOf('t2'), stampsOf('t1'), contradiction);
  const transmitTick = inferTick(stampsOf('t3'), stampsOf('t4'), contradiction);
  const exchanges = stamped.map(exchange => ({
    ...exchange,
    most: exchange.most + receiveTick.likeliest / 2,
    least: exchange.least + transmitTick.likeliest / 2,
  }));
  const precision = resolutionOf(last.packet);
  // Most clocks truncate their timestamps. For a clock that rounds, the middle of the tick is half a tick too late.
  const early = receiveTick.longest - receiveTick.likeliest / 2;
  const late = (transmitTick.longest + transmitTick.likeliest) / 2;
  const region = regionOf(exchanges, known, {
    receive: dispersion + Math.max(early - precision, 0),
    transmit: dispersion + Math.max(late - precision, 0),
  });
  const resolution = Math.max(precision, receiveTick.longest, transmitTick.longest) + region.widened;
  const rate = likelyRate(exchanges, known, readings + resolution);
  return { exchanges, dispersion, resolution, region, rate };
}

function exchangeOf({ t1, t2, t3, t4, received }: Sample, at: MonotonicTime): Exchange {
  const since = elapsed(received.monotonic, at);
  return {
    sent: since - difference(t4, t1),
    most: difference(t2, t1),
    received: since,
    least: difference(t3, t4),
  };
}

interface Point {
  readonly offset: Seconds;
  readonly delay: Seconds;
  /** Deviation of each sample's offset from this offset. */
  readonly deviations: readonly Seconds[];
}

const estimators: Record<Estimator, (burst: Burst) => Point> = {
  /** On a tie, the newer sample. */
  'least-delay': ({ exchanges }) => {
    const offsets = exchanges.map(({ most, least }) => (most + least) / 2);
    const delays = exchanges.map(({ most, least }) => most - least);
    const best = delays.lastIndexOf(Math.min(...delays));
    const offset = offsets[best]!;
    return { offset, delay: Math.max(delays[best]!, 0), deviations: offsets.map(one => one - offset) };
  },

  /** θ = (min(T2−T1) + max(T3−T4))/2, δ = min(T2−T1) − max(T3−T4), with all samples projected to one instant. */
  'paired-minima': ({ exchanges, rate }) => {
    const { low, high } = pairAt(exchanges, rate);
    const offset = (low + high) / 2;
    const deviations = exchanges.map(exchange => {
      const alone = pairAt([exchange], rate);
      return (alone.low + alone.high) / 2 - offset;
    });
    return { offset, delay: Math.max(high - low, 0), deviations };
  },
};

/** RMS with n − 1 as in RFC 5905 §10, because the estimate was computed from the same n samples. */
function rms(deviations: readonly number[]): number {
  const squares = deviations.reduce((sum, deviation) => sum + deviation * deviation, 0);
  return Math.sqrt(squares / Math.max(deviations.length - 1, 1));
}
