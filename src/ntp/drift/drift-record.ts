// What is remembered of the oscillator from run to run, and how another boot, another clock source and another sample
// change it. host/drift-memory.ts keeps it in a file.

import type { EarlierBoot } from './boots.ts';
import type { DriftGate } from './closed-gate.ts';
import { type DriftSample, hasSlept, leastDelays, noiseOf, spacing, usualInterval } from './drift-sample.ts';
import { estimateDrift } from './estimate.ts';
import type { KernelRate } from './kernel-rate.ts';

/** What the raw clock is driven by. A member is absent where the platform does not tell. */
export interface Oscillator {
  readonly bootId?: string;
  /** The kernel's name for it, such as `tsc`. */
  readonly clocksource?: string;
}

/** The rate that a run set, and when: RFC 3339 in UTC with nine digits of the second. */
export interface RateSetting extends KernelRate {
  readonly at: string;
  /** The rate before; absent once the run has confirmed that it set this one. */
  readonly before?: KernelRate;
}

/** The contents of drift.json. Later versions only add members. */
export interface DriftMemory {
  readonly version: 1;
  /** Where `samples` come from. */
  readonly oscillator: Oscillator;
  /** The kernel's rate before it was first set in this boot, to put it back. */
  readonly found?: KernelRate;
  /** The rate last set in this boot. */
  readonly set?: RateSetting;
  /** Why the last run left the rate alone; absent if it did not. */
  readonly gate?: DriftGate;
  /** Oldest first. */
  readonly boots: readonly EarlierBoot[];
  /** Oldest first, all of this boot and clock source. */
  readonly samples: readonly DriftSample[];
}

/** The remembered contents, and why an existing file was not used. */
export interface DriftReading {
  readonly memory: DriftMemory;
  readonly warning?: string;
  /** This user may not read it. */
  readonly forbidden?: true;
}

export const EMPTY_DRIFT_MEMORY: DriftMemory = { version: 1, oscillator: {}, boots: [], samples: [] };
/** A week of hourly runs. */
export const MOST_SAMPLES = 168;
export const MOST_BOOTS = 8;
/** A rate with this standard deviation or more, in ppm, says nothing to the next boot. */
const WEAK = 5;
/** Of two samples closer than this, in seconds, the better one is kept. */
const CLOSE = 60;

/**
 * The memory as it stands for this oscillator: the same, or one without samples if the machine has booted or its clock
 * source has changed. What the samples of the old one gave joins the earlier boots.
 */
export function memoryFor(oscillator: Oscillator, memory: DriftMemory): DriftMemory {
  const rebooted = differs(memory.oscillator.bootId, oscillator.bootId);
  if (!isOtherOscillator(memory.oscillator, oscillator)) {
    return { ...memory, oscillator: { ...memory.oscillator, ...oscillator } };
  }
  const { clocksource } = memory.oscillator;
  const learned = learnedIn(memory);
  const boot = learned && { ...learned, ...(clocksource !== undefined && { clocksource }) };
  const boots = boot ? [...memory.boots, boot].slice(-MOST_BOOTS) : memory.boots;
  const anew: DriftMemory = { version: 1, oscillator, boots, samples: [] };
  if (rebooted) return anew;
  // The kernel's rate outlives a change of the clock source.
  const { found, set } = memory;
  return { ...anew, ...(found && { found }), ...(set && { set }) };
}

/**
 * The rate that the samples gave by themselves, if they gave one: what earlier boots let expect is not counted again, or a
 * wrong expectation would confirm itself from boot to boot.
 */
function learnedIn({ samples }: DriftMemory): EarlierBoot | undefined {
  const last = estimateDrift(samples, usualInterval(samples));
  if (last === undefined || last.sigma >= WEAK) return undefined;
  const { frequency, sigma, runs } = last;
  return { frequency, sigma, runs };
}

/** The memory with another sample; one whose raw clock is not after the last one's begins anew. */
export function withSample(memory: DriftMemory, sample: DriftSample): DriftMemory {
  const { samples } = memory;
  const last = samples.at(-1);
  if (last === undefined || sample.raw <= last.raw) return { ...memory, samples: [sample] };
  const close = spacing(last, sample) < CLOSE && !hasSlept(last, sample);
  const others = close ? samples.slice(0, -1) : samples;
  const newest = close ? lessNoisy(last, sample, samples) : sample;
  return { ...memory, samples: [...others, newest].slice(-MOST_SAMPLES) };
}

/** The memory after the rate was set: `found` is what the kernel had before, kept from the first time in a boot. */
export function withRate(memory: DriftMemory, set: RateSetting, found: KernelRate): DriftMemory {
  return { ...memory, found: memory.found ?? found, set };
}

function lessNoisy(last: DriftSample, sample: DriftSample, samples: readonly DriftSample[]): DriftSample {
  const least = leastDelays([...samples, sample]);
  const noise = (one: DriftSample) => noiseOf(one, least.get(one.peer)!);
  // Strictly less, or runs in quick succession would replace each other's sample forever.
  return noise(sample) < noise(last) ? sample : last;
}

/** Whether the samples of one tell nothing of the other: another boot or another clock source. */
export function isOtherOscillator(before: Oscillator, now: Oscillator): boolean {
  return differs(before.bootId, now.bootId) || differs(before.clocksource, now.clocksource);
}

/** Whether two identifiers differ. One that the platform does not tell counts as the same. */
export function differs(before: string | undefined, now: string | undefined): before is string {
  return before !== undefined && now !== undefined && before !== now;
}
