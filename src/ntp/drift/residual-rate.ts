// What earlier runs learned of the oscillator, and the rate that they set → the rate at which true time still gains on the
// clock, for the samples of a burst. Its bound rests on the error bounds of the last two runs, never on the estimate's
// own deviation alone: a server that lies can shift it no further than it can shift the time.
// Sign: positive = true time gains on the clock.

import { MAXFREQ, type Rate } from '../rate.ts';
import type { Seconds } from '../time.ts';
import { expectationOf } from './boots.ts';
import { type DriftMemory, isOtherOscillator, type Oscillator } from './drift-record.ts';
import { hasSlept, usualInterval } from './drift-sample.ts';
import { estimateDrift } from './estimate.ts';
import { isSameRate, type KernelRate, rateOf } from './kernel-rate.ts';
import { boundedRate, rateBounds } from './rate-bounds.ts';

/** The facts that the residual rate is made from. */
export interface ResidualFacts {
  readonly memory: DriftMemory;
  readonly oscillator: Oscillator;
  /** The kernel's rate now. */
  readonly kernel: KernelRate;
  /** The raw clock now, in nanoseconds. */
  readonly raw: bigint;
  readonly asleep?: Seconds;
}

/** How many standard deviations the rate may be off. */
const SIGMAS = 4;

/** The rate that is left; undefined unless tsntp set the kernel's rate in this boot, and no gate has closed since. */
export function residualRate({ memory, oscillator, kernel, raw, asleep }: ResidualFacts): Rate | undefined {
  const { samples, set, gate, boots } = memory;
  const last = samples.at(-1);
  if (last === undefined || set === undefined || gate !== undefined) return undefined;
  if (isOtherOscillator(memory.oscillator, oscillator) || !isSameRate(set, kernel)) return undefined;
  if (raw <= last.raw || hasSlept(last, asleep === undefined ? last : { asleep })) return undefined;
  const prior = expectationOf(boots, memory.oscillator.clocksource);
  const { frequency, sigma, wander, dailyAmplitude } = estimateDrift(samples, usualInterval(samples), prior)!;
  const bounds = rateBounds(samples, true);
  const likely = boundedRate(frequency, bounds);
  const hours = Number(raw - last.raw) / 3600e9;
  const reach =
    Math.max(bounds.high - likely, likely - bounds.low) +
    SIGMAS * Math.hypot(sigma, wander * Math.sqrt(hours)) +
    2 * dailyAmplitude;
  const uncertainty = 1e-6 * reach;
  if (!(uncertainty < MAXFREQ)) return undefined;
  return { rate: 1e-6 * (likely - rateOf(kernel)), uncertainty };
}
