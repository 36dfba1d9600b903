// The last samples → whether the phase has jumped between them, which no oscillator does: a virtual machine was paused or
// migrated, a leap second passed, or a server was wrong. A jump looks like a rate, for one interval.

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
/** No crystal is off by so much, in ppm; a rate like that is believed when a second interval confirms it. */
const MOST_RATE = 200;
/** How many standard deviations of noise may add to a change. */
const TIMES_NOISE = 5;

/**
 * How many ppm the rate of the last interval differs from that of the one before, if no oscillator changes by so much; with
 * two samples, the rate itself, if no crystal is off by so much. Undefined without such a jump, and after a sleep.
 */
export function jumpOf(samples: readonly DriftSample[]): number | undefined {
  const [a, b, c] = sinceRawRestarted(samples).slice(-3);
  if (a === undefined || b === undefined || hasSlept(a, b)) return undefined;
  const least = leastDelays(samples);
  const noise = (one: DriftSample, other: DriftSample) =>
    Math.hypot(...[one, other].map(sample => noiseOf(sample, least.get(sample.peer)!)));
  const first = rateBetween(a, b);
  if (c === undefined) return Math.abs(first) > MOST_RATE ? first : undefined;
  if (hasSlept(b, c)) return undefined;
  const blur = Math.hypot(noise(a, b) / spacing(a, b), noise(b, c) / spacing(b, c));
  const change = rateBetween(b, c) - first;
  return Math.abs(change) > MOST_CHANGE + 1e6 * TIMES_NOISE * blur ? change : undefined;
}

/** The rate that takes the phase from one sample to the other, in ppm. */
function rateBetween(a: DriftSample, b: DriftSample): number {
  return (1e6 * phaseChange(a, b)) / spacing(a, b);
}
