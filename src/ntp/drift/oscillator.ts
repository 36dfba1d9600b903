// One supposition of how fast an oscillator's rate wanders, with or without a daily rhythm → a Kalman filter that
// follows its phase. The state is phase (µs), rate (ppm) and, with a rhythm, the rate's cosine and sine of the time of
// day (ppm): in these units a rate times seconds is a phase.
// Only the phase depends on the other three and only the phase is measured, so that each step changes but one row.
// Covariances are relative: the bank learns by which factor they are off (evidence.ts).

import type { Seconds } from '../time.ts';

/** How far the phase of each state is after some time: phase(t) = row · state. */
export type Row = readonly [phase: 1, rate: Seconds, cosine: Seconds, sine: Seconds];

/** What is known of a rate, in ppm: its expectation and its standard deviation. */
export interface RatePrior {
  readonly frequency: number;
  readonly sigma: number;
}

/** A measured phase against what was expected: the difference in µs, and its relative variance in µs². */
export interface Innovation {
  readonly surprise: number;
  readonly variance: number;
}

const ANGULAR = (2 * Math.PI) / 86_400;
/** A daily rhythm is of this size before it is known, in ppm. */
const RHYTHM = 1;
/** How the rhythm itself changes, in ppm/√h. */
const RHYTHM_WANDER = 0.02;
/** Row and column of a covariance. */
const SIZE = 4;
const PHASE = 0;
const RATE = 1;

/** The row for `after` seconds from the time of day `from`, in seconds. */
export function rowOf(from: Seconds, after: Seconds): Row {
  const [start, end] = [ANGULAR * from, ANGULAR * (from + after)];
  const cosine = (Math.sin(end) - Math.sin(start)) / ANGULAR;
  const sine = (Math.cos(start) - Math.cos(end)) / ANGULAR;
  return [1, after, cosine, sine];
}

/** A Kalman filter for one oscillator; begins at the phase 0 of the first sample. */
export class OscillatorFilter {
  /** In ppm/√h. */
  readonly wander: number;
  readonly #used: number;
  readonly #mean = new Float64Array(SIZE);
  /** Symmetric, row by row. */
  readonly #covariance = new Float64Array(SIZE * SIZE);

  /** `noise` is the variance of the first measured phase in µs²; `prior` is of the rate itself, not of the correction. */
  constructor(wander: number, daily: boolean, prior: RatePrior, noise: number) {
    this.wander = wander;
    this.#used = daily ? SIZE : 2;
    this.#mean[RATE] = prior.frequency;
    const variances = [noise, prior.sigma ** 2, RHYTHM ** 2, RHYTHM ** 2];
    for (let i = 0; i < this.#used; i++) this.#covariance[i * SIZE + i] = variances[i]!;
  }

  /** In µs, now. */
  get phase(): number {
    return this.#mean[PHASE]!;
  }

  /** The cosine and the sine of the daily rhythm, in ppm. */
  get rhythm(): readonly [cosine: number, sine: number] {
    return [this.#mean[2]!, this.#mean[3]!];
  }

  /** The covariance of the states, row by row. */
  get covariance(): readonly (readonly number[])[] {
    const all = [...this.#covariance];
    return all.slice(0, this.#used).map((_, i) => all.slice(i * SIZE, i * SIZE + this.#used));
  }

  /** How far the phase will have grown by the moment of `row`, in µs. */
  growth(row: Row): number {
    let sum = 0;
    for (let i = RATE; i < this.#used; i++) sum += row[i]! * this.#mean[i]!;
    return sum;
  }

  /** The relative variance of the growth, in µs², if the rate did not wander from now on. */
  growthVariance(row: Row): number {
    let sum = 0;
    for (let i = RATE; i < this.#used; i++) {
      for (let j = RATE; j < this.#used; j++) sum += row[i]! * row[j]! * this.#covariance[i * SIZE + j]!;
    }
    return Math.max(sum, 0);
  }

  /** The relative variance of the phase at the moment of `row`, in µs². */
  phaseVariance(row: Row): number {
    let sum = this.#covariance[0]! + this.growthVariance(row) + wandered(this.wander, row[RATE]).phase;
    for (let i = RATE; i < this.#used; i++) sum += 2 * row[i]! * this.#covariance[i]!;
    return Math.max(sum, 0);
  }

  /** The relative variance of the phase now, in µs². */
  get variance(): number {
    return this.#covariance[0]!;
  }

  /** Lets the time until `row` pass. */
  predict(row: Row): void {
    const elapsed = row[RATE];
    const variance = this.phaseVariance(row);
    this.#mean[PHASE]! += this.growth(row);
    for (let j = RATE; j < this.#used; j++) {
      let sum = this.#covariance[j]!;
      for (let i = RATE; i < this.#used; i++) sum += row[i]! * this.#covariance[i * SIZE + j]!;
      this.#setWithPhase(j, sum);
    }
    const wander = wandered(this.wander, elapsed);
    this.#covariance[PHASE] = variance;
    this.#setWithPhase(RATE, this.#covariance[RATE]! + wander.both);
    this.#covariance[RATE * SIZE + RATE]! += wander.rate;
    const rhythm = wandered(RHYTHM_WANDER, elapsed).rate;
    for (let i = 2; i < this.#used; i++) this.#covariance[i * SIZE + i]! += rhythm;
  }

  /** What a measured phase says that has this noise (a variance in µs²); changes nothing. */
  expect(phase: number, noise: number): Innovation {
    return { surprise: phase - this.#mean[PHASE]!, variance: this.#covariance[0]! + noise };
  }

  /** Takes in a measured phase. */
  update(phase: number, noise: number): void {
    const { surprise, variance } = this.expect(phase, noise);
    const column = this.#covariance.slice(0, this.#used);
    for (let i = 0; i < this.#used; i++) this.#mean[i]! += (column[i]! / variance) * surprise;
    for (let i = RATE; i < this.#used; i++) {
      for (let j = i; j < this.#used; j++) {
        const rest = this.#covariance[i * SIZE + j]! - (column[i]! * column[j]!) / variance;
        this.#covariance[i * SIZE + j] = rest;
        this.#covariance[j * SIZE + i] = rest;
      }
    }
    // As products, because differences would lose the sign where the noise is small.
    for (let j = 0; j < this.#used; j++) this.#setWithPhase(j, column[j]! * (noise / variance));
  }

  /** Allows for a phase and a rate that have jumped, by as much (variances); `both` is what they have in common. */
  loosen(phase: number, rate: number, both: number): void {
    this.#covariance[PHASE]! += phase;
    this.#covariance[RATE * SIZE + RATE]! += rate;
    this.#setWithPhase(RATE, this.#covariance[RATE]! + both);
  }

  /** Forgets the phase, and begins anew at this one. */
  restart(phase: number, noise: number): void {
    this.#mean[PHASE] = phase;
    for (let j = 0; j < this.#used; j++) this.#setWithPhase(j, 0);
    this.#covariance[PHASE] = noise;
  }

  #setWithPhase(state: number, value: number): void {
    this.#covariance[state] = value;
    this.#covariance[state * SIZE] = value;
  }
}

/** What a random walk of the rate does to phase, rate and both in `elapsed` seconds; `wander` in ppm/√h. */
function wandered(wander: number, elapsed: Seconds): { phase: number; rate: number; both: number } {
  const rate = (wander ** 2 / 3600) * elapsed;
  return { phase: (rate * elapsed ** 2) / 3, rate, both: (rate * elapsed) / 2 };
}
