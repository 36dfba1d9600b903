// The exchanges of a burst, and what is known of the clock's rate → the most plausible rate (the median of its
// probability). With exponential queueing of unknown mean and an unknown base delay, n exchanges say of a rate f:
// likelihood ∝ E(f)^−(2n−2), where E is the sum of what all packets took longer than the quickest of their direction.
// A burst is short, and a rate that is fitted to it costs three times the error of a known one. So the rates that most
// clocks have weigh more before: the simulation is in test/bench/RESULTS.md.
// Sign: a positive rate = the server gains on our clock.

import { type Exchange, mostConsistentRate, pairAt } from './pairing.ts';
import type { Seconds } from './time.ts';

/** The rate of the server's clock against ours, in seconds per second, and how far the true one may be from it. */
export interface Rate {
  readonly rate: number;
  readonly uncertainty: number;
}

/** No clock that a kernel can correct runs off by more (MAXFREQ, RFC 5905 §7.2). */
export const MAXFREQ = 500e-6;

/** The rate of a clock about which nothing is known. */
export const UNKNOWN_RATE: Rate = { rate: 0, uncertainty: MAXFREQ };

/** The share of clocks that are off by some 5 ppm (disciplined before) and by some 100 ppm (never); the rest may be off by any rate. */
const DISCIPLINED = { share: 0.6, spread: 5e-6 };
const FREE = { share: 0.2, spread: 100e-6 };
/** Rates beyond the uncertainty count for the median, which would lean inwards at its ends. */
const MARGIN = 1.4;
/** A packet that took so many times longer than the middle one met with congestion, and by how much says nothing of the others. */
const CONGESTED = 8;
/** Rates are looked at in steps that grow by this factor with the distance from where they are likely. */
const STEP_GROWTH = 1.5;
const FINEST_STEP = 2e-8;
/** A smaller difference moves no stamp of a burst by a nanosecond. */
const UNIT = 1e-12;

/** The most plausible rate, in seconds per second; `noise` is how far a stamp may be off. */
export function likelyRate(exchanges: readonly Exchange[], known: Rate, noise: Seconds): number {
  if (exchanges.length < 2 || known.uncertainty === 0) return known.rate;
  const reach = MARGIN * known.uncertainty;
  const [from, to] = [known.rate - reach, known.rate + reach];
  const best = mostConsistentRate(exchanges, from, to);
  const rates = [from, ...stepsAround(known.rate, reach), ...stepsAround(best, 2 * reach), to]
    .filter(rate => rate >= from && rate <= to)
    .sort((a, b) => a - b);
  const longest = CONGESTED * (middleOf(delaysOver(exchanges, best)) + noise);
  const held = heldUp(exchanges, noise, longest);
  const least = held(best);
  const exponent = 2 * exchanges.length - 2;
  const density = (rate: number) => prior(rate - known.rate, reach) * (least / held(rate)) ** exponent;
  return Math.round(medianOf(rates, rates.map(density)) / UNIT) * UNIT;
}

function stepsAround(center: number, reach: number): readonly number[] {
  const steps = [center];
  for (let step = FINEST_STEP; step < reach; step *= STEP_GROWTH) steps.push(center - step, center + step);
  return steps;
}

/** What each packet took longer than the quickest of its direction, two of them nothing. */
function delaysOver(exchanges: readonly Exchange[], rate: number): readonly Seconds[] {
  const { low, high } = pairAt(exchanges, rate);
  return exchanges.flatMap(({ sent, most, received, least }) => [
    most - rate * sent - high,
    low - (least - rate * received),
  ]);
}

/** Half of them took longer; of those that took longer at all. */
function middleOf(delays: readonly Seconds[]): Seconds {
  const ascending = delays.filter(delay => delay > 0).sort((a, b) => a - b);
  return ascending[ascending.length >> 1] ?? 0;
}

/** E(f), each delay up to `longest`; with the noise of the stamps: two exchanges that happen to agree prove no rate. */
function heldUp(exchanges: readonly Exchange[], noise: Seconds, longest: Seconds): (rate: number) => Seconds {
  return rate => {
    const { low, high } = pairAt(exchanges, rate);
    let sum = exchanges.length * noise;
    for (const { sent, most, received, least } of exchanges) {
      sum += Math.min(most - rate * sent - high, longest) + Math.min(low - least + rate * received, longest);
    }
    return sum;
  };
}

/** The density of clocks with this rate, among those that are off by up to `reach`. */
function prior(rate: number, reach: number): number {
  const laplace = ({ share, spread }: typeof FREE) =>
    (share / (2 * spread)) * Math.exp(-Math.abs(rate) / spread);
  return laplace(DISCIPLINED) + laplace(FREE) + (1 - DISCIPLINED.share - FREE.share) / (2 * reach);
}

/** The point with half of the area under a density on either side; the density is linear between the `places`. */
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
