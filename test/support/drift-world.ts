// Simulated oscillators and runs → how far a clock is off, minute by minute, if a policy corrects its phase and its
// rate at each run. The worlds are those of the tables in test/bench/RESULTS.md; a seed gives the same one each time.

import type { DriftSample } from '../../src/ntp/drift/drift-sample.ts';
import { correctionOf, type DriftEstimate, estimateDrift } from '../../src/ntp/drift/estimate.ts';
import { boundedRate, rateBounds } from '../../src/ntp/drift/rate-bounds.ts';
import { nanoseconds, type Seconds, unixTimeOf } from '../../src/ntp/time.ts';
import { exponential, seeded } from './world/random.ts';

export interface DriftWorld {
  /** Random walk of the rate, in ppm/√h. */
  readonly wander: number;
  /** Amplitude of its daily rhythm, in ppm. */
  readonly daily?: number;
  /** Amplitude of an air conditioner's square wave of 25 minutes, in ppm. */
  readonly airConditioner?: number;
  /** Standard deviation of a measured offset. */
  readonly noise: Seconds;
  /** How many times the true noise the samples claim as their jitter. */
  readonly claimedNoise?: number;
  /** The share of runs that meet with congestion on one way, of 20 ms in the mean. */
  readonly congested?: number;
  /** The share of runs that do not take place. */
  readonly missing?: number;
  /** So many servers take turns by chance, and their paths' asymmetries differ by this standard deviation. */
  readonly pool?: { readonly servers: number; readonly asymmetry: Seconds };
  /** What changes once and for good, so many hours after the start: the rate (ppm), or the asymmetry of the path. */
  readonly surprise?: {
    readonly hour: number;
    readonly rate?: number;
    readonly asymmetry?: Seconds;
    readonly otherPeer?: boolean;
  };
  /** The rate at the start, in ppm. */
  readonly rate?: number;
  readonly interval?: Seconds;
  readonly days?: number;
}

/** What a run knows, and the clock's correction that it makes of it. */
export type Policy = (run: {
  readonly samples: readonly DriftSample[];
  readonly offset: Seconds;
  readonly interval: Seconds;
  readonly frequency: number;
}) => { readonly correction: Seconds; readonly frequency: number; readonly estimate?: DriftEstimate };

export interface DriftCourse {
  /** The clock less true time at each minute. */
  readonly errors: Float64Array;
  /** Of each run, what it expected the error until the next one to be. */
  readonly expected: readonly { readonly minute: number; readonly error: Seconds }[];
}

const MINUTE: Seconds = 60;
const START = 1_800_000_000_271_828_183n;
const KEPT = 168;

/** The policy that the design describes: measurement alone at the first run, the estimate's rate from the second on. */
export const tsntp: Policy = ({ samples, offset, interval }) => {
  const estimate = estimateDrift(samples, interval)!;
  const rateIsSet = samples.length > 1;
  const correction = correctionOf(offset, estimate, rateIsSet);
  if (!rateIsSet) return { correction, frequency: 0, estimate };
  return {
    correction,
    frequency: boundedRate(estimate.frequency, rateBounds(samples, false)),
    estimate,
  };
};

/** Corrects the phase by all of what is measured, and leaves the rate. */
export const ntpdate: Policy = ({ offset, frequency }) => ({ correction: offset, frequency });

/** Adds the drift since the last run to the rate. */
export const offsetOverTime: Policy = ({ samples, offset, interval, frequency }) => ({
  correction: offset,
  frequency: samples.length > 1 ? frequency + (1e6 * offset) / interval : frequency,
});

/** Lets a clock run in this world. */
export function simulateDrift(world: DriftWorld, seed: number, policy: Policy = tsntp): DriftCourse {
  const { interval = 3600, days = 14 } = world;
  const random = seeded(seed * 7919);
  const rateAt = oscillator(world, random);
  const measure = measurements(world, random);
  const minutes = days * 1440;
  const errors = new Float64Array(minutes);
  const expected: { minute: number; error: Seconds }[] = [];
  let [phase, error, frequency] = [0, 0.05, 0];
  let samples: readonly DriftSample[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    const time = minute * MINUTE;
    if (time % interval === 0 && !(time > 5 * interval && random() < (world.missing ?? 0))) {
      const { sample, noise } = measure(time, phase);
      samples = [...samples, sample].slice(-KEPT);
      const action = policy({ samples, offset: noise - error, interval, frequency });
      error += action.correction;
      frequency = action.frequency;
      if (action.estimate) expected.push({ minute, error: action.estimate.expectedError });
    }
    errors[minute] = error;
    const rate = 1e-6 * rateAt(minute);
    phase += rate * MINUTE;
    error += ((1 + rate) * (1 + 1e-6 * frequency) - 1) * MINUTE;
  }
  return { errors, expected };
}

/** The root of the mean square of all the errors from one hour to another, in milliseconds. */
export function rootMeanSquare(
  courses: readonly DriftCourse[],
  from = 24,
  to: number = Number.POSITIVE_INFINITY,
): number {
  let [sum, count] = [0, 0];
  for (const { errors } of courses) {
    for (const error of errors.subarray(from * 60, Math.min(to * 60, errors.length))) {
      sum += error ** 2;
      count += 1;
    }
  }
  return 1e3 * Math.sqrt(sum / count);
}

/** The rate at each minute in ppm, to be asked minute by minute. */
function oscillator(world: DriftWorld, random: () => number): (minute: number) => number {
  const { wander, daily = 0, airConditioner = 0, surprise } = world;
  const [dailyPhase, airPhase] = [2 * Math.PI * random(), 2 * Math.PI * random()];
  let walk = world.rate ?? -37.5;
  return minute => {
    walk += wander * Math.sqrt(MINUTE / 3600) * normal(random);
    if (surprise?.rate !== undefined && minute === surprise.hour * 60) walk += surprise.rate;
    const time = minute * MINUTE;
    const rhythm = daily * Math.sin((2 * Math.PI * time) / 86_400 + dailyPhase);
    return walk + rhythm + airConditioner * Math.sign(Math.sin((2 * Math.PI * time) / 1500 + airPhase));
  };
}

/** What a run measures at a time, where the oscillator has gained `phase`. `noise` is by how much its true time is late. */
function measurements(
  world: DriftWorld,
  random: () => number,
): (time: Seconds, phase: Seconds) => { readonly sample: DriftSample; readonly noise: Seconds } {
  const { noise, claimedNoise = 1, congested = 0, pool, surprise } = world;
  const asymmetries = Array.from(
    { length: pool?.servers ?? 1 },
    () => (pool?.asymmetry ?? 0) * normal(random),
  );
  return (time, phase) => {
    const queue = random() < congested ? exponential(20e-3, random) : 0;
    const way = random() < 0.5 ? -1 : 1;
    const server = Math.floor(asymmetries.length * random());
    const changed = surprise !== undefined && time >= surprise.hour * 3600;
    const shift = asymmetries[server]! + (changed ? (surprise.asymmetry ?? 0) : 0);
    const error = noise * normal(random) + (way * queue) / 2 + shift;
    const at = START + nanoseconds(time);
    const sample: DriftSample = {
      raw: nanoseconds(time) + nanoseconds(phase) + 1n,
      true: unixTimeOf(at + nanoseconds(error)),
      jitter: claimedNoise * noise,
      delay: 0.02 + queue,
      distance: 0.02 + queue / 2 + Math.abs(shift),
      peer: changed && surprise.otherPeer ? 'another' : `192.0.2.${server}`,
    };
    return { sample, noise: error };
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
