// The last samples → whether the phase has jumped between them, which no oscillator does: a virtual machine was paused or
// migrated, a leap second passed, or a server was wrong. A jump looks like a rate, for one interval.

import type { Seconds } from '../time.ts';
import {
  type DriftSample,
  hasSlept,
  leastDelays,
  noiseOf,
  phaseChange,
  sinceRawRestarted,
  spacing,
} from './drift-sample.ts';

/** No oscillator changes its rate by so much from one run to the next, in ppm. */
const MOST_CHANGE = 25;
/** A shorter interval than this, in seconds, tells no rate. */
const SHORTEST: Seconds = 900;
/** No crystal is off by so much, in ppm; a rate like that is believed when a second interval confirms it. */
const MOST_RATE = 200;
/** How many standard deviations of noise may add to a change. */
const TIMES_NOISE = 5;

/**
 * How many ppm the rate of the last interval differs from that of the one before, if no oscillator changes by so much; with
 * a single interval, the rate itself, if no crystal is off by so much. Undefined without such a jump, and after a sleep.
 */
export function jumpOf(samples: readonly DriftSample[]): number | undefined {
  const known = sinceRawRestarted(samples);
  const c = known.at(-1);
  const b = c && lastBefore(c, known);
  if (b === undefined || hasSlept(b, c!)) return undefined;
  const latest = rateBetween(b, c!);
  const a = lastBefore(b, known);
  if (a === undefined) return Math.abs(latest) > MOST_RATE ? latest : undefined;
  if (hasSlept(a, b)) return undefined;
  const least = leastDelays(samples);
  const noise = (one: DriftSample, other: DriftSample) =>
    Math.hypot(...[one, other].map(sample => noiseOf(sample, least.get(sample.peer)!)));
  const blur = Math.hypot(noise(a, b) / spacing(a, b), noise(b, c!) / spacing(b, c!));
  const change = latest - rateBetween(a, b);
  return Math.abs(change) > MOST_CHANGE + 1e6 * TIMES_NOISE * blur ? change : undefined;
}

/** The last sample that was taken long enough before another to tell a rate. */
function lastBefore(other: DriftSample, samples: readonly DriftSample[]): DriftSample | undefined {
  return samples.findLast(sample => spacing(sample, other) >= SHORTEST);
}

/** The rate that takes the phase from one sample to the other, in ppm. */
function rateBetween(a: DriftSample, b: DriftSample): number {
  return (1e6 * phaseChange(a, b)) / spacing(a, b);
}
