// A measurement of this clock, the oscillator that drives it, and what earlier runs remember of it → a plan: what to leave
// out of the measured offset, which rate to set or why none, and what to remember. Decides only; apply.ts carries it out.
// Sign: rates are corrections in ppm, as the kernel takes them: positive = the clock is made faster.

import type { OscillatorReading, RateState } from '../clock/clock.ts';
import type { Estimate } from '../ntp/combine.ts';
import { expectationOf, type RateExpectation } from '../ntp/drift/boots.ts';
import type { DriftGate } from '../ntp/drift/closed-gate.ts';
import {
  type DriftMemory,
  memoryFor,
  type Oscillator,
  withRate,
  withSample,
} from '../ntp/drift/drift-record.ts';
import { type DriftSample, usualInterval } from '../ntp/drift/drift-sample.ts';
import { type DriftEstimate, errorWith, estimateDrift } from '../ntp/drift/estimate.ts';
import { gateOf, type RunOfBoth } from '../ntp/drift/gate.ts';
import { type KernelRate, kernelRateOf, rateOf } from '../ntp/drift/kernel-rate.ts';
import { boundedRate, MOST_BY_FREQUENCY, rateBounds } from '../ntp/drift/rate-bounds.ts';
import { add, formatInstant, type Seconds, type UnixTime } from '../ntp/time.ts';
import type { DriftFindings, ServerReport } from './outcome.ts';

export interface DriftOptions {
  /** Learn how the clock drifts, and set its rate. */
  readonly drift: boolean;
  /** Set rates beyond ±500 ppm too, with the tick of the kernel. */
  readonly allowTick: boolean;
  /** Set the rate even if another program has changed it. */
  readonly forceFrequency: boolean;
  /** Seconds until the next run, if that is known; otherwise, the usual time between the earlier ones. */
  readonly every?: Seconds;
}

/** The facts that a plan is made from. */
export interface DriftFacts {
  readonly reading: OscillatorReading;
  /** How far both clocks went within the measurement; absent if that says nothing. */
  readonly run?: RunOfBoth;
  readonly estimate: Estimate;
  readonly servers: readonly ServerReport[];
  readonly kernel: RateState;
  /** The contents of drift.json. */
  readonly memory: DriftMemory;
  readonly oscillator: Oscillator;
  readonly asleep?: Seconds;
  /** Other programs that set this clock, by name. */
  readonly services: readonly string[];
}

/** What a run intends to do about the drift of the clock. */
export interface DriftPlan {
  readonly estimate: DriftEstimate;
  readonly interval: Seconds;
  /** Why the rate is left alone. */
  readonly gate?: DriftGate;
  /** The rate to set; absent behind a closed gate. */
  readonly rate?: KernelRate;
  /** The kernel's rate at present. */
  readonly found: KernelRate;
  /** What is remarkable about the rate, for the user. */
  readonly warnings: readonly string[];
  /** What earlier runs remember of this oscillator. */
  readonly recalled: DriftMemory;
  /** The same with this run's sample, and with its gate. */
  readonly learned: DriftMemory;
}

/** No crystal is off by so much, in ppm. */
const REMARKABLE = 200;

/** Plans what to do about the drift of the clock. */
export function planDrift(facts: DriftFacts, options: DriftOptions): DriftPlan {
  const { memory, oscillator, kernel, services, run } = facts;
  const recalled = memoryFor(oscillator, memory);
  const sample = driftSampleOf(facts);
  const samples = [...recalled.samples, sample];
  const interval = options.every ?? usualInterval(samples);
  const expectation = expectationIn(recalled);
  const estimate = estimateDrift(samples, interval, expectation)!;
  const gate = gateOf({
    ...{ memory, oscillator, sample, estimate, kernel: kernel.rate },
    services: [...services, ...kernel.loops],
    ...(expectation && { expectation }),
    ...(run && { run }),
    forceFrequency: options.forceFrequency,
  });
  const { gate: _, ...kept } = withSample(recalled, sample);
  const allowTick = options.allowTick || isTicked(kernel.rate);
  const bounds = rateBounds(samples, allowTick);
  return {
    ...{ estimate, interval, found: kernel.rate, recalled },
    warnings: gate ? [] : remarksOn(estimate.frequency, recalled, allowTick),
    ...(gate ? { gate } : { rate: kernelRateOf(boundedRate(estimate.frequency, bounds), kernel.unit) }),
    learned: { ...kept, ...(gate && { gate }) },
  };
}

/** What to remember before the rate is set: even if this run is killed in between, the next one knows both rates as its own. */
export function memoryBefore({ learned, found }: DriftPlan, rate: KernelRate, at: UnixTime): DriftMemory {
  return withRate(learned, { ...rate, at: formatInstant(at), before: found }, found);
}

/** What to remember after the rate was set. */
export function memoryAfter({ learned, found }: DriftPlan, rate: KernelRate, at: UnixTime): DriftMemory {
  return withRate(learned, { ...rate, at: formatInstant(at) }, found);
}

/** What the run has found out. `set` is the rate that was set, or would be by a dry run. */
export function findingsOf(
  { estimate, interval, gate, found, recalled }: DriftPlan,
  set?: KernelRate,
): DriftFindings {
  const { frequency, sigma, wander, runs } = estimate;
  return {
    ...{ frequency, sigma, wander, runs },
    ...(gate && { gate, ...(recalled.gate?.kind !== gate.kind && { gateIsNew: true }) }),
    expectedError: errorWith(rateOf(set ?? found), estimate, interval),
    ...(set && { set }),
  };
}

/** Whether the kernel's tick already corrects the rate: without it, the clock would be worse than before. */
function isTicked(rate: KernelRate): boolean {
  return rateOf({ ...rate, frequency: 0 }) !== 0;
}

/** Warns of a rate that no crystal has: once a boot, or in each run if the kernel's frequency alone cannot correct it. */
function remarksOn(frequency: number, { set }: DriftMemory, allowTick: boolean): readonly string[] {
  const off = `this clock is off by ${Math.abs(frequency).toFixed(0)} ppm, more than any crystal`;
  const cause = 'the kernel has a wrong frequency for its clock source, as from a wrong device tree';
  if (Math.abs(frequency) > MOST_BY_FREQUENCY && !allowTick) {
    const rest = `only ${MOST_BY_FREQUENCY} ppm of it are corrected, unless --allow-tick (allowTick) is given`;
    return [`${off}: ${cause}; ${rest}`];
  }
  const known = set !== undefined && Math.abs(rateOf(set)) >= REMARKABLE;
  return Math.abs(frequency) >= REMARKABLE && !known ? [`${off}: ${cause}`] : [];
}

function expectationIn({ boots, oscillator }: DriftMemory): RateExpectation | undefined {
  return expectationOf(boots, oscillator.clocksource);
}

/** This run's measurement of the free oscillator. */
function driftSampleOf({ reading, estimate, servers, kernel, asleep }: DriftFacts): DriftSample {
  const { offset, jitter, rootDistance } = estimate;
  const { peer, delay } = pathOf(servers);
  return {
    raw: reading.raw,
    true: add(reading.time, offset),
    jitter: Math.hypot(jitter, reading.gap),
    delay,
    distance: rootDistance,
    peer,
    ...(asleep !== undefined && { asleep }),
    offset,
    frequency: rateOf(kernel.rate),
  };
}

/** What drift.json takes; seven IPv6 addresses are longer. */
const LONGEST_PEER = 255;

/** The servers that contribute to the combined offset, in a fixed order, and the weighted mean of their delays. */
function pathOf(servers: readonly ServerReport[]): Pick<DriftSample, 'peer' | 'delay'> {
  const shares = servers.flatMap(({ server, address, verdict, estimate }) => {
    if (!('weight' in verdict) || verdict.weight === 0 || !estimate) return [];
    return [{ name: address?.address ?? server.host, weight: verdict.weight, delay: estimate.delay }];
  });
  const names = shares.map(({ name }) => name);
  return {
    peer: [...new Set(names)].sort().join(' ').slice(0, LONGEST_PEER),
    delay: shares.reduce((sum, { weight, delay }) => sum + weight * delay, 0),
  };
}
