// Samples of an oscillator, one after the other → several filters, each with its own supposition of how the rate
// wanders, and the weight of each. The supposition that predicts this machine's samples wins.

import { Evidence } from './evidence.ts';
import { OscillatorFilter, type RatePrior, type Row } from './oscillator.ts';

/** In ppm/√h, a factor of √10 apart: half as many cost up to 15 % (test/bench/RESULTS.md). */
const WANDERS = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3];
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

  /** Lets the time until `row` pass. */
  predict(row: Row): void {
    for (const { filter } of this.#members) filter.predict(row);
  }

  /**
   * Takes in a measured phase, `elapsed` seconds after the one before. A surprise is believed at once, because a filter that weighs
   * it down never comes back: as a new rate if `samePath`, else as a new asymmetry of the path rather. At the second sample it
   * is the prior that was wrong.
   */
  update(phase: number, noise: number, elapsed: number, samePath: boolean): void {
    const surprise = this.#surpriseOf(phase, noise);
    const ofRate = this.#runs === 1 ? 1 : samePath ? NEW_RATE : 0;
    for (const { filter, evidence } of this.#members) {
      if (surprise !== undefined) {
        const rate = Math.min(Math.abs(surprise) / elapsed, WILDEST);
        const both = ofRate * Math.abs(surprise) * rate;
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
    const logs = this.#members.map(({ evidence }) => evidence.logLikelihood);
    const best = Math.max(...logs);
    const likelihoods = logs.map(log => Math.exp(log - best));
    const total = likelihoods.reduce((sum, one) => sum + one, 0);
    return this.#members.map(({ filter, evidence: { scale } }, i) => {
      return { filter, scale, weight: likelihoods[i]! / total };
    });
  }

  /** By how much a measured phase is off, if that is more than noise and wander explain. */
  #surpriseOf(phase: number, noise: number): number | undefined {
    const mixture = this.mixture();
    const mean = meanOf(mixture, ({ phase }) => phase);
    let variance = 0;
    for (const { filter, weight, scale } of mixture) {
      variance += weight * (scale * filter.expect(phase, noise).variance + (filter.phase - mean) ** 2);
    }
    const surprise = phase - mean;
    return surprise ** 2 > SURPRISE ** 2 * variance ? surprise : undefined;
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
