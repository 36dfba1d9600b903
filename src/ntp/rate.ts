// The exchanges of a burst and prior knowledge of the clock's rate → the most plausible rate (the median of its
// probability distribution). With exponential queueing of unknown mean and an unknown base delay, n packets in each
// direction give a rate f the likelihood ∝ E(f)^−(2n−2). E is the sum of all packets' delays in excess of the fastest
// packet in the same direction. A burst is short: a rate fitted to it alone triples the error compared to a known rate.
// The prior therefore favors rates near the known one, on whatever scale the burst can tell them apart: log-uniform, so
// that LAN and wide-area paths of any spacing behave alike (simulated in test/bench/RESULTS.md).
// Sign: a positive rate = the server gains on our clock.

import { type Exchange, mostConsistentRate, peakOf } from './pairing.ts';
import type { Seconds } from './time.ts';

/** The rate of the server's clock relative to ours and its largest error, both in seconds per second. */
export interface Rate {
  readonly rate: number;
  readonly uncertainty: number;
}

/** The maximum frequency error of a clock that a kernel can correct (MAXFREQ, RFC 5905 §7.2). */
export const MAXFREQ = 500e-6;

/** The rate of a clock about which nothing is known. */
export const UNKNOWN_RATE: Rate = { rate: 0, uncertainty: MAXFREQ };

/** Rates of all magnitudes down to this one are equally likely, */
const LEAST_RATE = 1e-8;
/** but in this share of clocks the rates themselves are. */
const ANY_RATE = 0.05;
/** Extends the range beyond the uncertainty, because the median would be biased inward at the ends. */
const MARGIN = 1.4;
/** A packet delayed this many times longer than the median met congestion, and its delay says nothing of the others. */
const CONGESTED = 8;
/** The distance between tried rates grows by this factor away from the likely ones. */
const STEP_GROWTH = 1.5;
/** A smaller difference moves no timestamp of a burst by a nanosecond. */
const UNIT = 1e-12;

/** The most plausible rate, in seconds per second. `noise` is the largest error of a timestamp in seconds. */
export function likelyRate(exchanges: readonly Exchange[], known: Rate, noise: Seconds): number {
  if (exchanges.length < 2 || known.uncertainty === 0) return known.rate;
  const reach = MARGIN * known.uncertainty;
  const [from, to] = [known.rate - reach, known.rate + reach];
  const directions = uncongested(exchanges, mostConsistentRate(exchanges, from, to), noise);
  // Two exchanges that happen to agree do not prove a rate.
  const queueing = (rate: number) =>
    directions.reduce((sum, trips) => sum + excessOf(trips, rate), exchanges.length * noise);
  const best = peakOf(rate => -queueing(rate), from, to);
  const least = queueing(best);
  const exponent = directions.reduce((sum, trips) => sum + trips.length - 1, 0);
  const density = (rate: number) => prior(rate - known.rate, reach) * (least / queueing(rate)) ** exponent;
  const rates = [from, ...stepsAround(known.rate, reach), ...stepsAround(best, 2 * reach), to]
    .filter(rate => rate >= from && rate <= to)
    .sort((a, b) => a - b);
  return Math.round(medianOf(rates, rates.map(density)) / UNIT) * UNIT;
}

function stepsAround(center: number, reach: number): readonly number[] {
  const steps = [center];
  for (let step = LEAST_RATE; step < reach; step *= STEP_GROWTH) steps.push(center - step, center + step);
  return steps;
}

/** A packet's delay at a rate f is `delay` − f·`at`, up to a constant of its direction. */
interface Trip {
  readonly at: Seconds;
  readonly delay: Seconds;
}

/** The packets of each direction, without those that met congestion at this rate. */
function uncongested(exchanges: readonly Exchange[], rate: number, noise: Seconds) {
  const directions: readonly (readonly Trip[])[] = [
    exchanges.map(({ sent, most }) => ({ at: sent, delay: most })),
    exchanges.map(({ received, least }) => ({ at: -received, delay: -least })),
  ];
  const excesses = directions.map(trips => {
    const least = leastDelay(trips, rate);
    return trips.map(trip => delayOfTrip(trip, rate) - least);
  });
  const ascending = excesses
    .flat()
    .filter(excess => excess > 0)
    .sort((a, b) => a - b);
  const longest = CONGESTED * ((ascending[ascending.length >> 1] ?? 0) + noise);
  return directions.map((trips, way) => trips.filter((_, i) => excesses[way]![i]! <= longest));
}

/** The sum of the delays in excess of the least one. Called for hundreds of rates: it allocates nothing. */
function excessOf(trips: readonly Trip[], rate: number): Seconds {
  const least = leastDelay(trips, rate);
  let sum = 0;
  for (const trip of trips) sum += delayOfTrip(trip, rate) - least;
  return sum;
}

function leastDelay(trips: readonly Trip[], rate: number): Seconds {
  let least = Number.POSITIVE_INFINITY;
  for (const trip of trips) least = Math.min(least, delayOfTrip(trip, rate));
  return least;
}

function delayOfTrip({ at, delay }: Trip, rate: number): Seconds {
  return delay - rate * at;
}

/** The prior probability density of a rate, for clocks that are off by at most `reach`. */
function prior(rate: number, reach: number): number {
  const magnitudes = Math.log(1 + reach / LEAST_RATE);
  const ofMagnitude = 1 / ((Math.abs(rate) + LEAST_RATE) * magnitudes);
  return ((1 - ANY_RATE) * ofMagnitude + ANY_RATE / reach) / 2;
}

/** The point that halves the area under a density, which is linear between `places`. */
function medianOf(places: readonly number[], density: readonly number[]): number {
  let total = 0;
  const until = places.map((place, i) => {
    if (i > 0) total += ((density[i - 1]! + density[i]!) / 2) * (place - places[i - 1]!);
    return total;
  });
  const above = until.findIndex(area => area >= total / 2);
  const [before, after] = [until[above - 1] ?? 0, until[above]!];
  const share = after > before ? (total / 2 - before) / (after - before) : 0;
  const start = places[Math.max(above - 1, 0)]!;
  return start + share * (places[above]! - start);
}
