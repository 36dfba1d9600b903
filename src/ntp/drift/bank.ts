// Samples of an oscillator, one after the other → several filters, each with its own supposition of how the rate
// wanders, and the weight of each. The supposition that predicts this machine's samples wins.

import { Evidence } from './evidence.ts';
import { OscillatorFilter, type RatePrior, type Stretch } from './oscillator.ts';

/** In ppm/√h, a factor of √10 apart: half as many cost up to 14 % (test/bench/RESULTS.md). */
const WANDERS = [0.003, 0.01, 0.03, 0.1, 0.3, 1];
/** A phase that is off by so many standard deviations has jumped, or the rate has. */
const SURPRISE = 5;
/** How much of a surprise is taken for a new rate, as a correlation. */
const NEW_RATE = 0.8;
/** What a sleep of the machine does to the rate, in ppm: it cools down. */
const COOLED = 0.1;
/** No rate jumps farther, in ppm. */
const WILDEST = 100_000;

/** One filter with its weight in the mixture, and the factor for its variances. */
export interface Weighted {
  readonly filter: OscillatorFilter;
  readonly weight: number;
  readonly scale: number;
}

/** What lies between a sample and the one before it. */
export interface SinceLast {
  /** In seconds. */
  readonly elapsed: number;
  /** Both times came from the same peer. */
  readonly samePath: boolean;
  /** How far the asymmetries of the two can be apart, in µs: their error bounds together. */
  readonly asymmetry: number;
}

/** The filters that follow one oscillator. Phases are in µs, variances in µs², times in seconds. */
export class FilterBank {
  readonly #members: readonly { readonly filter: OscillatorFilter; readonly evidence: Evidence }[];
  #runs = 1;

  /** Begins with the first sample, whose phase is 0. */
  constructor(prior: RatePrior, noise: number) {
    this.#members = [false, true].flatMap(daily =>
      WANDERS.map(wander => ({
        filter: new OscillatorFilter(wander, daily, prior, noise),
        evidence: new Evidence(),
      })),
    );
  }

  /** Lets `stretch` pass. */
  predict(stretch: Stretch): void {
    for (const { filter } of this.#members) filter.predict(stretch);
  }

  /**
   * Takes in a measured phase. A surprise is believed at once, because a filter that weighs it down never comes back: as a new
   * rate if the path is the same, else rather as a new asymmetry of the path.
   */
  update(phase: number, noise: number, since: SinceLast): void {
    const surprise = this.#surpriseOf(phase, noise);
    const share = surprise === undefined ? 0 : this.#newRate(Math.abs(surprise), since);
    for (const { filter, evidence } of this.#members) {
      if (surprise !== undefined) {
        const rate = Math.min(Math.abs(surprise) / since.elapsed, WILDEST);
        const both = share * Math.abs(surprise) * rate;
        const { scale } = evidence;
        filter.loosen(surprise ** 2 / scale, rate ** 2 / scale, both / scale);
      } else if (this.#runs > 1) evidence.add(filter.expect(phase, noise));
      filter.update(phase, noise);
    }
    this.#runs += 1;
  }

  /** Begins anew with the phase, and keeps the rate. */
  restart(phase: number, noise: number): void {
    for (const { filter, evidence } of this.#members) {
      filter.restart(phase, noise);
      filter.loosen(0, COOLED ** 2 / evidence.scale, 0);
    }
    this.#runs += 1;
  }

  /** The filters with their weights, whose sum is 1. */
  mixture(): readonly Weighted[] {
    const weights = this.#weights();
    return this.#members.map(({ filter, evidence: { scale } }, i) => ({
      filter,
      scale,
      weight: weights[i]!,
    }));
  }

  #weights(): readonly number[] {
    const weights: number[] = [];
    let best = Number.NEGATIVE_INFINITY;
    for (const { evidence } of this.#members) best = Math.max(best, evidence.logLikelihood);
    let total = 0;
    for (const { evidence } of this.#members) {
      const likelihood = Math.exp(evidence.logLikelihood - best);
      weights.push(likelihood);
      total += likelihood;
    }
    for (let i = 0; i < weights.length; i++) weights[i]! /= total;
    return weights;
  }

  /**
   * The share of a surprise that is taken for a new rate. Of the second sample it is all, as the prior was wrong; what no
   * path between the error bounds explains is one as well.
   */
  #newRate(surprise: number, { samePath, asymmetry }: SinceLast): number {
    if (this.#runs === 1) return 1;
    return Math.max(samePath ? NEW_RATE : 0, 1 - asymmetry / surprise);
  }

  /** By how much a measured phase is off, if that is more than noise and wander explain. */
  #surpriseOf(phase: number, noise: number): number | undefined {
    const weights = this.#weights();
    let mean = 0;
    let square = 0;
    for (let i = 0; i < weights.length; i++) {
      const { filter, evidence } = this.#members[i]!;
      const { surprise, variance } = filter.expect(phase, noise);
      mean += weights[i]! * surprise;
      square += weights[i]! * (evidence.scale * variance + surprise ** 2);
    }
    const variance = square - mean ** 2;
    return mean ** 2 > SURPRISE ** 2 * variance ? mean : undefined;
  }
}

/** The weighted mean of what each filter says. */
export function meanOf(
  mixture: readonly Weighted[],
  value: (filter: OscillatorFilter, scale: number) => number,
): number {
  let sum = 0;
  for (const { filter, weight, scale } of mixture) sum += weight * value(filter, scale);
  return sum;
}
