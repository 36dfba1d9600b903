// What is known of the oscillator, the kernel and other programs → whether a run may set the rate, or why not. Behind a
// closed gate the rate stays as it is; the phase is corrected all the same.

import type { Seconds } from '../time.ts';
import type { RateExpectation } from './boots.ts';
import type { DriftGate } from './closed-gate.ts';
import { type DriftMemory, differs, type Oscillator, type RateSetting } from './drift-record.ts';
import { type DriftSample, hasSlept, sinceRawRestarted, spacing } from './drift-sample.ts';
import type { DriftEstimate } from './estimate.ts';
import { jumpOf } from './jump.ts';
import { isSameRate, type KernelRate, rateOf } from './kernel-rate.ts';

/** How far the clock and the raw clock went within this run, while nothing stepped the clock. */
export interface RunOfBoth {
  readonly clock: Seconds;
  readonly raw: Seconds;
  /** The error of both spans together: how far apart the clocks were read. */
  readonly readingError: Seconds;
}

/** What decides about the gate. */
export interface GateFacts {
  /** The contents of drift.json, before this run changes them. */
  readonly memory: DriftMemory;
  readonly oscillator: Oscillator;
  /** This run's. */
  readonly sample: DriftSample;
  readonly estimate: DriftEstimate;
  /** What earlier boots let expect. */
  readonly expectation?: RateExpectation;
  /** The kernel's rate now. */
  readonly kernel: KernelRate;
  /** The programs that steer this clock, and the kernel's own loops (PPS, PLL), by name. */
  readonly services: readonly string[];
  /** Absent if this run was too short, or the clock was stepped or slewed. */
  readonly run?: RunOfBoth;
  /** Set the rate although another program has changed it. */
  readonly forceFrequency?: boolean;
}

/** How far apart two samples must be for a rate, in seconds. */
const EARLY: Seconds = 900;
/** A rate whose standard deviation is at least this, in ppm, must be TIMES_SIGMA times as large as that. */
const UNSURE = 1;
const TIMES_SIGMA = 3;
/** How far the rate of the clock may be from the raw clock's rate times the kernel's correction, in ppm. */
const UNLIKE = 0.5;
/** A run that compares the two rates less exactly than this, in ppm, says nothing. */
const BLURRED = 5;

/** The first reason to leave the rate alone, or undefined if it may be set. */
export function gateOf(facts: GateFacts): DriftGate | undefined {
  const { services } = facts;
  if (services.length > 0) return { kind: 'another-service', services };
  return oscillatorGate(facts) ?? kernelGate(facts) ?? estimateGate(facts);
}

/** Whether the earlier samples still describe the oscillator that runs now. */
function oscillatorGate({ memory, oscillator, sample, expectation }: GateFacts): DriftGate | undefined {
  const before = memory.oscillator;
  const last = memory.samples.at(-1);
  if (differs(before.bootId, oscillator.bootId)) {
    return expectation?.agreed ? undefined : { kind: 'other-boot' };
  }
  if (differs(before.clocksource, oscillator.clocksource)) {
    return { kind: 'other-clocksource', before: before.clocksource, now: oscillator.clocksource! };
  }
  if (last !== undefined && sample.raw <= last.raw) return { kind: 'raw-went-backwards' };
  if (last !== undefined && hasSlept(last, sample)) return { kind: 'suspended' };
  return undefined;
}

/** Whether the kernel's clock does what it was told. */
function kernelGate({ memory, oscillator, kernel, run, forceFrequency }: GateFacts): DriftGate | undefined {
  const set = differs(memory.oscillator.bootId, oscillator.bootId) ? undefined : memory.set;
  if (set !== undefined && !forceFrequency && !isOwn(set, kernel)) {
    const { frequency, tick } = set;
    return { kind: 'set-by-another', found: kernel, set: { frequency, tick } };
  }
  const by = run && unlikeness(run, kernel);
  return by === undefined ? undefined : { kind: 'unlike-raw', by };
}

/** Whether the rate is known: from this boot's samples without a jump, or because earlier boots agree about it. */
function estimateGate({ memory, sample, estimate, expectation }: GateFacts): DriftGate | undefined {
  const first = sinceRawRestarted(memory.samples)[0];
  const early = first === undefined || spacing(first, sample) < EARLY;
  if (early && !expectation?.agreed) return { kind: 'too-early' };
  const by = jumpOf([...memory.samples, sample]);
  if (by !== undefined) return { kind: 'jumped', by };
  const { frequency, sigma } = estimate;
  const unsure = sigma >= UNSURE && sigma >= Math.abs(frequency) / TIMES_SIGMA;
  return unsure ? { kind: 'unsure', frequency, sigma } : undefined;
}

/** How many ppm the clock deviates from what the kernel was told, if the error of reading the two clocks does not explain it. */
function unlikeness({ clock, raw, readingError }: RunOfBoth, kernel: KernelRate): number | undefined {
  const blur = (1e6 * readingError) / raw;
  // Negated, because it is NaN if no time passed.
  if (!(blur <= BLURRED)) return undefined;
  const by = (1e6 * (clock - raw)) / raw - rateOf(kernel);
  return Math.abs(by) > UNLIKE + blur ? by : undefined;
}

/** Whether the kernel has the rate that was set, or the one before it because that run was killed. */
function isOwn(set: RateSetting, kernel: KernelRate): boolean {
  return isSameRate(set, kernel) || (set.before !== undefined && isSameRate(set.before, kernel));
}
