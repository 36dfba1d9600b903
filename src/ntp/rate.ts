// The exchanges of a burst and prior knowledge of the clock's rate → the most plausible rate (the median of its
// probability distribution). With exponential queueing of unknown mean and an unknown base delay, n exchanges give a
// rate f the likelihood ∝ E(f)^−(2n−2). E is the sum of all packets' delays in excess of the fastest packet in the same
// direction. A burst is short: a rate fitted to it alone triples the error compared to a known rate. The prior
// therefore favors the rates of most clocks (simulated in test/bench/RESULTS.md).
// Sign: a positive rate = the server gains on our clock.

import { type Exchange, mostConsistentRate, pairAt } from './pairing.ts';
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

/**
 * The share of clocks that are off by about 5 ppm (disciplined before) or 100 ppm (never); the rest may have any rate.
 */
const DISCIPLINED = { share: 0.6, spread: 5e-6 };
const FREE = { share: 0.2, spread: 100e-6 };
/** Extends the range beyond the uncertainty, because the median would be biased inward at the ends. */
const MARGIN = 1.4;
/**
 * A packet delayed this many times longer than the median met congestion. The amount of its delay carries no
 * information about the others.
 */
const CONGESTED = 8;
/** The distance between tried rates grows by this factor away from the likely ones. */
const STEP_GROWTH = 1.5;
const FINEST_STEP = 2e-8;
/** A smaller difference moves no timestamp of a burst by a nanosecond. */
const UNIT = 1e-12;

/** The most plausible rate, in seconds per second. `noise` is the largest error of a timestamp in seconds. */
export function likelyRate(exchanges: readonly Exchange[], known: Rate, noise: Seconds): number {
  if (exchanges.length < 2 || known.uncertainty === 0) return known.rate;
  const reach = MARGIN * known.uncertainty;
  const [from, to] = [known.rate - reach, known.rate + reach];
  const best = mostConsistentRate(exchanges, from, to);
  const rates = [from, ...stepsAround(known.rate, reach), ...stepsAround(best, 2 * reach), to]
    .filter(rate => rate >= from && rate <= to)
    .sort((a, b) => a - b);
  const longest = CONGESTED * (medianDelay(delaysOver(exchanges, best)) + noise);
  const held = queueingSum(exchanges, noise, longest);
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

/** Each packet's delay in excess of the fastest packet in its direction; 0 for two of them. */
function delaysOver(exchanges: readonly Exchange[], rate: number): readonly Seconds[] {
  const { low, high } = pairAt(exchanges, rate);
  return exchanges.flatMap(({ sent, most, received, least }) => [
    most - rate * sent - high,
    low - (least - rate * received),
  ]);
}

/** The median of the positive delays. */
function medianDelay(delays: readonly Seconds[]): Seconds {
  const ascending = delays.filter(delay => delay > 0).sort((a, b) => a - b);
  return ascending[ascending.length >> 1] ?? 0;
}

/**
 * E(f) with each delay capped at `longest`, plus the timestamps' noise: two exchanges that happen to agree do not prove
 * a rate.
 */
function queueingSum(
  exchanges: readonly Exchange[],
  noise: Seconds,
  longest: Seconds,
): (rate: number) => Seconds {
  return rate => {
    const { low, high } = pairAt(exchanges, rate);
    let sum = exchanges.length * noise;
    for (const { sent, most, received, least } of exchanges) {
      sum += Math.min(most - rate * sent - high, longest) + Math.min(low - least + rate * received, longest);
    }
    return sum;
  };
}

/** The prior probability density of a rate, for clocks that are off by at most `reach`. */
function prior(rate: number, reach: number): number {
  const laplace = ({ share, spread }: typeof FREE) =>
    (share / (2 * spread)) * Math.exp(-Math.abs(rate) / spread);
  return laplace(DISCIPLINED) + laplace(FREE) + (1 - DISCIPLINED.share - FREE.share) / (2 * reach);
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
