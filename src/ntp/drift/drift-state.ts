// What is remembered of the oscillator, and what the kernel does at present → what is known of this clock's rate: for
// reports, which set nothing.
// Sign: a rate is a correction in ppm, as the kernel takes it: positive = the oscillator loses = the clock is made faster.

import type { Seconds, UnixTime } from '../time.ts';
import { type EarlierBoot, expectationOf } from './boots.ts';
import type { DriftGate } from './closed-gate.ts';
import { type DriftMemory, memoryFor, type Oscillator, type RateSetting } from './drift-record.ts';
import { type DriftSample, usualInterval } from './drift-sample.ts';
import { type DriftEstimate, errorWith, estimateDrift } from './estimate.ts';
import { type KernelRate, rateOf } from './kernel-rate.ts';

/** The rate of an oscillator, and how well it is known. */
export interface KnownRate {
  /** The correction that the clock needs, in ppm: positive if it loses. */
  readonly frequency: number;
  /** The standard deviation of `frequency`, in ppm. */
  readonly sigma: number;
  /** Measured in this boot, or only expected from earlier boots and imported drift files. */
  readonly from: 'this-boot' | 'earlier-boots';
  /** How the rate wanders, in ppm/√h; absent unless measured in this boot, like the next member. */
  readonly wander?: number;
  /** By how much the rate rises above its mean and falls below it within a day, in ppm. */
  readonly dailyAmplitude?: number;
}

/** What one run measured, and what it found. */
export interface DriftHistoryEntry {
  readonly at: UnixTime;
  /** The offset of the clock before the run corrected it, in seconds. Absent in older files. */
  readonly offset?: Seconds;
  /** The correction of the rate that was in force until the run, in ppm. Absent in older files. */
  readonly frequency?: number;
}

/** What is known of the rate of this machine's clock. Rates are corrections in ppm: positive makes the clock faster. */
export interface DriftState {
  /** Absent if nothing is known yet. */
  readonly rate?: KnownRate;
  /** How many samples of this boot the rate rests on. */
  readonly runs: number;
  /** The rates of earlier boots and of imported drift files (`runs` 0), oldest first. */
  readonly boots: readonly EarlierBoot[];
  /** How the kernel corrects the rate now; absent if this platform does not tell. */
  readonly kernel?: KernelRate;
  /** What tsntp set last in this boot. */
  readonly set?: RateSetting;
  /** What the kernel had before tsntp set it for the first time in this boot. */
  readonly found?: KernelRate;
  /** Why the last run of this boot left the rate alone; absent if it did not. */
  readonly gate?: DriftGate;
  /** The usual time from one run to the next, in seconds. */
  readonly interval: Seconds;
  /** The likely error (RMS) of the clock between a run and the next at the kernel's present rate, in seconds. */
  readonly expectedError?: Seconds;
  /** The runs of the last week, oldest first. */
  readonly history: readonly DriftHistoryEntry[];
}

/** The facts that a state is made from. */
export interface DriftStateFacts {
  readonly memory: DriftMemory;
  /** What drives the clock now. */
  readonly oscillator: Oscillator;
  readonly kernel?: KernelRate;
}

const WEEK = 7n * 86_400_000_000_000n;

/** The state of the rate; samples of another boot or clock source count as an earlier boot. */
export function driftStateOf({ memory, oscillator, kernel }: DriftStateFacts): DriftState {
  const interval = usualInterval(memory.samples);
  const prior = expectationOf(memory.boots, memory.oscillator.clocksource);
  const last = estimateDrift(memory.samples, interval, prior);
  const present = memoryFor(oscillator, memory);
  const { boots, samples, set, found, gate } = present;
  const measured = samples.length > 1 ? last : undefined;
  const rate = measured ? measuredRate(measured) : expectedRate(present);
  const inForce = kernel ?? set;
  return {
    ...(rate && { rate }),
    runs: samples.length,
    boots,
    ...(kernel && { kernel }),
    ...(set && { set }),
    ...(found && { found }),
    ...(gate && { gate }),
    interval,
    ...(measured && inForce && { expectedError: errorWith(rateOf(inForce), measured, interval) }),
    history: historyOf(memory.samples),
  };
}

function measuredRate({ frequency, sigma, wander, dailyAmplitude }: DriftEstimate): KnownRate {
  return { frequency, sigma, from: 'this-boot', wander, dailyAmplitude };
}

function expectedRate({ boots, oscillator }: DriftMemory): KnownRate | undefined {
  const expected = expectationOf(boots, oscillator.clocksource);
  return expected && { frequency: expected.frequency, sigma: expected.sigma, from: 'earlier-boots' };
}

function historyOf(samples: readonly DriftSample[]): readonly DriftHistoryEntry[] {
  const newest = samples.at(-1)?.true ?? 0n;
  return samples
    .filter(({ true: at }) => newest - at <= WEEK && at <= newest)
    .map(({ true: at, offset, frequency }) => ({
      at,
      ...(offset !== undefined && { offset }),
      ...(frequency !== undefined && { frequency }),
    }));
}
