// One supposition of how fast an oscillator's rate wanders, with or without a daily rhythm → a Kalman filter that
// follows its phase. The state is phase (µs), rate (ppm) and, with a rhythm, the rate's cosine and sine of the time of
// day (ppm): in these units a rate times seconds is a phase.
// Only the phase depends on the other three and only the phase is measured, so that each step changes but one row.
// Covariances are relative: the bank learns by which factor they are off (evidence.ts).

import type { Seconds } from '../time.ts';

/** What a stretch of time makes of each state: the phase grows by rate·t + cosine·c + sine·s. All are in seconds. */
export interface Stretch {
  /** How long it is. */
  readonly t: Seconds;
  /** The integral of the cosine of the time of day. */
  readonly c: Seconds;
  /** The integral of its sine. */
  readonly s: Seconds;
}

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

/** The stretch of `t` seconds from the time of day `from`, in seconds. */
export function stretchOf(from: Seconds, t: Seconds): Stretch {
  const start = ANGULAR * from;
  const end = ANGULAR * (from + t);
  const c = (Math.sin(end) - Math.sin(start)) / ANGULAR;
  const s = (Math.cos(start) - Math.cos(end)) / ANGULAR;
  return { t, c, s };
}

/**
 * A Kalman filter for one oscillator; begins at the phase 0 of the first sample. Written out, because it runs some
 * thousand times in a process that has just begun.
 */
export class OscillatorFilter {
  /** In ppm/√h. */
  readonly wander: number;
  /** What a second adds to the variance of the rate, and to those of cosine and sine. */
  readonly #walk: number;
  readonly #rhythmWalk = RHYTHM_WANDER ** 2 / 3600;
  readonly #daily: boolean;
  #phase = 0;
  #rate: number;
  #cosine = 0;
  #sine = 0;
  // Covariances: p is the phase, r the rate, c the cosine, s the sine.
  #pp: number;
  #pr = 0;
  #pc = 0;
  #ps = 0;
  #rr: number;
  #rc = 0;
  #rs = 0;
  #cc: number;
  #cs = 0;
  #ss: number;

  /** `noise` is the variance of the first measured phase in µs²; `prior` is of the rate itself, not of the correction. */
  constructor(wander: number, daily: boolean, prior: RatePrior, noise: number) {
    this.wander = wander;
    this.#walk = wander ** 2 / 3600;
    this.#daily = daily;
    this.#rate = prior.frequency;
    this.#pp = noise;
    this.#rr = prior.sigma ** 2;
    this.#cc = daily ? RHYTHM ** 2 : 0;
    this.#ss = this.#cc;
  }

  /** In µs, now. */
  get phase(): number {
    return this.#phase;
  }

  /** The relative variance of the phase, in µs². */
  get variance(): number {
    return this.#pp;
  }

  /** The cosine and the sine of the daily rhythm, in ppm. */
  get rhythm(): readonly [cosine: number, sine: number] {
    return [this.#cosine, this.#sine];
  }

  /** The relative covariance of phase, rate, cosine and sine. */
  get covariance(): readonly (readonly number[])[] {
    return [
      [this.#pp, this.#pr, this.#pc, this.#ps],
      [this.#pr, this.#rr, this.#rc, this.#rs],
      [this.#pc, this.#rc, this.#cc, this.#cs],
      [this.#ps, this.#rs, this.#cs, this.#ss],
    ];
  }

  /** How far the phase will have grown within `stretch`, in µs. */
  growth({ t, c, s }: Stretch): number {
    return t * this.#rate + c * this.#cosine + s * this.#sine;
  }

  /** The relative variance of the growth, in µs², if the rate did not wander from now on. */
  growthVariance({ t, c, s }: Stretch): number {
    if (!this.#daily) return t * t * this.#rr;
    const squares = t * t * this.#rr + c * c * this.#cc + s * s * this.#ss;
    return Math.max(squares + 2 * (t * c * this.#rc + t * s * this.#rs + c * s * this.#cs), 0);
  }

  /** The relative variance of the phase after `stretch`, in µs². */
  phaseVariance(stretch: Stretch): number {
    const { t, c, s } = stretch;
    const both = 2 * (t * this.#pr + c * this.#pc + s * this.#ps);
    return Math.max(this.#pp + both + this.growthVariance(stretch) + (this.#walk * t ** 3) / 3, 0);
  }

  /** Lets `stretch` pass. */
  predict(stretch: Stretch): void {
    const { t, c, s } = stretch;
    this.#phase += this.growth(stretch);
    this.#pp = this.phaseVariance(stretch);
    this.#pr += t * this.#rr + c * this.#rc + s * this.#rs + (this.#walk * t ** 2) / 2;
    this.#rr += this.#walk * t;
    if (!this.#daily) return;
    this.#pc += t * this.#rc + c * this.#cc + s * this.#cs;
    this.#ps += t * this.#rs + c * this.#cs + s * this.#ss;
    this.#cc += this.#rhythmWalk * t;
    this.#ss += this.#rhythmWalk * t;
  }

  /** What a measured phase says that has this noise (a variance in µs²); changes nothing. */
  expect(phase: number, noise: number): Innovation {
    return { surprise: phase - this.#phase, variance: this.#pp + noise };
  }

  /** Takes in a measured phase. */
  update(phase: number, noise: number): void {
    const { surprise, variance } = this.expect(phase, noise);
    const keep = noise / variance;
    const r = this.#pr / variance;
    this.#phase += (this.#pp / variance) * surprise;
    this.#rate += r * surprise;
    this.#rr -= r * this.#pr;
    if (this.#daily) this.#updateRhythm(surprise, variance, keep);
    // As products, because differences would lose the sign where the noise is small.
    this.#pp *= keep;
    this.#pr *= keep;
  }

  #updateRhythm(surprise: number, variance: number, keep: number): void {
    const c = this.#pc / variance;
    const s = this.#ps / variance;
    this.#cosine += c * surprise;
    this.#sine += s * surprise;
    this.#rc -= c * this.#pr;
    this.#rs -= s * this.#pr;
    this.#cc -= c * this.#pc;
    this.#cs -= c * this.#ps;
    this.#ss -= s * this.#ps;
    this.#pc *= keep;
    this.#ps *= keep;
  }

  /** Allows for a phase and a rate that have jumped, by as much (variances); `both` is what they have in common. */
  loosen(phase: number, rate: number, both: number): void {
    this.#pp += phase;
    this.#rr += rate;
    this.#pr += both;
  }

  /** Forgets the phase, and begins anew at this one. */
  restart(phase: number, noise: number): void {
    this.#phase = phase;
    this.#pp = noise;
    this.#pr = 0;
    this.#pc = 0;
    this.#ps = 0;
  }
}
