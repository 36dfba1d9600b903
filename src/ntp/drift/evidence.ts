// The innovations of one filter → how well it explains them, and by which factor its variances are off. The measured
// noise of a run is itself a guess; a filter whose ratio of wander to noise is right predicts well whatever the
// scale, so that the scale is estimated, and the likelihood is the one that is left (a Student t). Both forget.

import type { Innovation } from './oscillator.ts';

/** The share of the evidence that is left after another run: it lasts for four days of hourly runs. */
const KEPT = 1 - 1 / 96;
/** A scale of 1 is believed as much as so many runs would make it. */
const BELIEVED = 4;
/** One run counts for no more than so many times its variance. */
const MOST = 16;

/** How well one filter has predicted. */
export class Evidence {
  /** By which factor true variances are greater than the filter's. */
  scale = 1;
  /** The logarithm of the likelihood, but for a constant that all filters share. */
  logLikelihood = 0;
  #squares = 0;
  #count = 0;
  #logarithms = 0;

  /** Takes in one innovation. */
  add({ surprise, variance }: Innovation): void {
    const square = Math.min(surprise ** 2 / variance, MOST * this.scale);
    this.#squares = KEPT * this.#squares + square;
    this.#count = KEPT * this.#count + 1;
    this.#logarithms = KEPT * this.#logarithms + Math.log(variance);
    this.scale = (BELIEVED + this.#squares) / (BELIEVED + this.#count);
    this.logLikelihood = -0.5 * (this.#logarithms + (BELIEVED + this.#count) * Math.log(this.scale));
  }
}
