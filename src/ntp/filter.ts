// The samples of one server → one estimate of it (the clock filter, RFC 5905 §10), as of the instant that it is used at.
// The RFC takes the sample of least delay. Where queueing in the two directions is independent, the least
// forward and the least backward difference of a burst need not come from the same packet, and pairing
// them errs by 1/n instead of 1/√n. Both estimators are here. Their bound is the same: no offset outside of it is
// compatible with the samples, whatever the queueing, the rate of our clock and the tick of the server's.
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
  /** ε: both precisions, and PHI over the time since the first sample. */
  readonly dispersion: Seconds;
  /** RMS of the samples' offsets about the estimate (RFC 5905 §10); 0 for a single sample. */
  readonly jitter: Seconds;
  readonly rootDelay: Seconds;
  readonly rootDispersion: Seconds;
  /**
   * λ, the bound on |error|: Δ/2 + E, the farthest that the samples let the truth be from `offset`, and jitter as far as
   * it is over the resolution of the stamps (RFC 5905 §11.1 has (Δ + δ)/2 + E + ε + jitter).
   */
  readonly rootDistance: Seconds;
  /** The same as the server and its path claim it, for MAXDIST: without what an unknown rate, a tick or a contradiction adds. */
  readonly claimedDistance: Seconds;
  readonly stratum: number;
  readonly leap: Leap;
  readonly refid: number;
}

/** A burst whose samples contradict each other: the server's clock (or ours) was moved while we asked. */
export interface Inconsistent {
  readonly kind: 'inconsistent';
  /** By how much they contradict each other beyond what a rate or a tick explains. */
  readonly by: Seconds;
}

export interface EstimateTerms {
  readonly estimator?: Estimator;
  /** When the estimate is used; by default, when the last sample came in. */
  readonly at?: MonotonicTime;
  /** What is known of the rate of the server's clock against ours; by default, nothing. */
  readonly rate?: Rate;
}

/** Estimates one server from its samples, of which there is at least one, in order of arrival. */
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

/** A burst as the estimators see it. */
interface Burst {
  /** With each stamp in the middle of its tick. */
  readonly exchanges: readonly Exchange[];
  readonly dispersion: Seconds;
  /** How far a stamp may be off for want of digits. */
  readonly resolution: Seconds;
  readonly region: Region;
  /** The most plausible one. */
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
  // Most clocks truncate their stamps. For one that rounds, the middle of the tick is half a tick late.
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
  /** Of each sample's offset from this one. */
  readonly deviations: readonly Seconds[];
}

const estimators: Record<Estimator, (burst: Burst) => Point> = {
  /** The newer of two alike, as it was. */
  'least-delay': ({ exchanges }) => {
    const offsets = exchanges.map(({ most, least }) => (most + least) / 2);
    const delays = exchanges.map(({ most, least }) => most - least);
    const best = delays.lastIndexOf(Math.min(...delays));
    const offset = offsets[best]!;
    return { offset, delay: Math.max(delays[best]!, 0), deviations: offsets.map(one => one - offset) };
  },

  /** θ = (min(T2−T1) + max(T3−T4))/2, δ = min(T2−T1) − max(T3−T4), all brought to one instant. */
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

/** Over n − 1, as in RFC 5905 §10: n samples about an estimate that they made themselves. */
function rms(deviations: readonly number[]): number {
  const squares = deviations.reduce((sum, deviation) => sum + deviation * deviation, 0);
  return Math.sqrt(squares / Math.max(deviations.length - 1, 1));
}
