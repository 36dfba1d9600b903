// The samples of earlier runs and of this one → the rate that makes the clock right until the next run, what is left of
// the measured offset, and how wrong the clock will be meanwhile. Nothing but samples is kept between two runs: the
// filters are replayed from them each time.
// Sign: `frequency` is the correction, as the kernel takes it: positive = the oscillator loses = the clock is made faster.

import type { Seconds, UnixTime } from '../time.ts';
import { FilterBank, meanOf, type SinceLast, type Weighted } from './bank.ts';
import {
  type DriftSample,
  isContinuous,
  leastDelays,
  noiseOf,
  phaseChange,
  sinceRawRestarted,
  spacing,
} from './drift-sample.ts';
import { type RatePrior, type Stretch, stretchOf } from './oscillator.ts';

/** What is known of an oscillator after a run. Rates are in parts per million (ppm). */
export interface DriftEstimate {
  /** The correction of the rate that fits the time until the next run best. */
  readonly frequency: number;
  /** The standard deviation of `frequency`. */
  readonly sigma: number;
  /** How the rate wanders, in ppm/√h. */
  readonly wander: number;
  /** By how much the rate rises above its mean and falls below it within a day. */
  readonly dailyAmplitude: number;
  /** How many samples it rests on. */
  readonly runs: number;
  /** What is likely noise of the last sample's measured offset: the correction leaves it out. */
  readonly phase: Seconds;
  /**
   * How far the path of the clock until the next run will lie above the straight line, in the mean, because its rate
   * changes with the time of day. The correction leaves it out as well if `frequency` is set.
   */
  readonly bow: Seconds;
  /** The likely error (RMS) of the clock between this run and the next, if it is corrected and `frequency` is set. */
  readonly expectedError: Seconds;
}

/** The rate of an oscillator about which nothing is known: within what a kernel can correct (MAXFREQ, RFC 5905 §7.2). */
const UNKNOWN: RatePrior = { frequency: 0, sigma: 500 };
/** No rate is corrected by more, in ppm: what the tick of a kernel allows (adjtimex(2)). */
const WILDEST = 100_000;
const MICRO = 1e6;
const DAY = 86_400_000_000_000n;
/** Gauss's points of the interval from 0 to 1, with their weights: exact for the polynomials in here. */
const GAUSS = [
  [0.0694318442029737, 0.1739274225687269],
  [0.3300094782075718, 0.326072577431273],
  [0.6699905217924281, 0.326072577431273],
  [0.9305681557970262, 0.1739274225687269],
] as const;

/**
 * What the samples, oldest first and this run's last, say of the `interval` until the next run. `prior` is the correction
 * that earlier boots had. Undefined without samples.
 */
export function estimateDrift(
  samples: readonly DriftSample[],
  interval: Seconds,
  prior: RatePrior = UNKNOWN,
): DriftEstimate | undefined {
  const known = sinceRawRestarted(samples);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const mixture = replay(known, prior).mixture();
  const measured = MICRO * phaseChange(first, last);
  return outlook(mixture, { last, measured, interval, runs: known.length });
}

/** What to add to a clock whose offset the last sample has measured; `rateIsSet` = the estimate's frequency is set, too. */
export function correctionOf(offset: Seconds, { phase, bow }: DriftEstimate, rateIsSet: boolean): Seconds {
  return offset - phase - (rateIsSet ? bow : 0);
}

/** The likely error (RMS) of the clock until the next run with another frequency (in ppm) than the estimate's. */
export function errorWith(frequency: number, estimate: DriftEstimate, interval: Seconds): Seconds {
  const off = (frequency - estimate.frequency) / MICRO;
  return Math.hypot(estimate.expectedError, (off * interval) / Math.sqrt(3));
}

function replay(samples: readonly DriftSample[], prior: RatePrior): FilterBank {
  const least = leastDelays(samples);
  const noise = (sample: DriftSample) => (MICRO * noiseOf(sample, least.get(sample.peer)!)) ** 2;
  const first = samples[0]!;
  const bank = new FilterBank({ ...prior, frequency: -prior.frequency }, noise(first));
  for (let i = 1; i < samples.length; i++) {
    const [before, sample] = [samples[i - 1]!, samples[i]!];
    const phase = MICRO * phaseChange(first, sample);
    bank.predict(stretchOf(timeOfDay(before.true), spacing(before, sample)));
    if (isContinuous(before, sample)) bank.update(phase, noise(sample), since(before, sample));
    else bank.restart(phase, noise(sample));
  }
  return bank;
}

function since(before: DriftSample, sample: DriftSample): SinceLast {
  return {
    elapsed: spacing(before, sample),
    samePath: before.peer === sample.peer,
    asymmetry: MICRO * (before.distance + sample.distance),
  };
}

interface Run {
  readonly last: DriftSample;
  /** The phase of the last sample in µs, as it was measured. */
  readonly measured: number;
  readonly interval: Seconds;
  readonly runs: number;
}

function outlook(mixture: readonly Weighted[], { last, measured, interval, runs }: Run): DriftEstimate {
  const now = timeOfDay(last.true);
  const whole = stretchOf(now, interval);
  const rate = clamp(meanOf(mixture, filter => filter.growth(whole)) / interval, WILDEST);
  const overInterval = meanOverInterval(now, interval);
  const rise = overInterval(stretch => meanOf(mixture, filter => filter.growth(stretch)) - rate * stretch.t);
  const phase = clamp((meanOf(mixture, filter => filter.phase) - measured) / MICRO, last.distance);
  const total = clamp(phase + rise / MICRO, last.distance);
  // The clock will be off by the oscillator's phase less the line that is taken away from it.
  const square = overInterval(stretch => {
    const line = measured + MICRO * total + rate * stretch.t;
    return meanOf(mixture, (filter, scale) => {
      return scale * filter.phaseVariance(stretch) + (filter.phase + filter.growth(stretch) - line) ** 2;
    });
  });
  return {
    frequency: 0 - rate,
    sigma: sigmaOf(mixture, whole, rate * interval) / interval,
    wander: meanOf(mixture, ({ wander }, scale) => wander * Math.sqrt(scale)),
    dailyAmplitude: Math.hypot(
      meanOf(mixture, ({ rhythm }) => rhythm[0]),
      meanOf(mixture, ({ rhythm }) => rhythm[1]),
    ),
    runs,
    phase,
    bow: total - phase,
    expectedError: Math.sqrt(square) / MICRO,
  };
}

/** The mean of a function of the time that has passed, from now to the end of the interval. */
function meanOverInterval(now: Seconds, interval: Seconds): (value: (passed: Stretch) => number) => number {
  const points = GAUSS.map(([at, weight]) => ({ passed: stretchOf(now, at * interval), weight }));
  return value => points.reduce((sum, { passed, weight }) => sum + weight * value(passed), 0);
}

/** The standard deviation of the growth within `stretch`, in µs, about `mean`. */
function sigmaOf(mixture: readonly Weighted[], stretch: Stretch, mean: number): number {
  return Math.sqrt(
    meanOf(
      mixture,
      (filter, scale) => scale * filter.growthVariance(stretch) + (filter.growth(stretch) - mean) ** 2,
    ),
  );
}

function timeOfDay(time: UnixTime): Seconds {
  return Number(((time % DAY) + DAY) % DAY) / 1e9;
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(value, -limit), limit);
}
