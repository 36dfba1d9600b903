// The machine's oscillator, its kernel, and what earlier runs remember of both → before a measurement, the rate that true
// time still gains on the clock; after it, the facts for the plan (plan-drift.ts). Reads only.

import { type Clock, type RateState, SLEW_RATE } from '../clock/clock.ts';
import type { Estimate } from '../ntp/combine.ts';
import type { DriftMemory, DriftReading } from '../ntp/drift/drift-record.ts';
import type { RunOfBoth } from '../ntp/drift/gate.ts';
import { residualRate } from '../ntp/drift/residual-rate.ts';
import type { Rate } from '../ntp/rate.ts';
import { difference, type Seconds } from '../ntp/time.ts';
import { kernelRateState } from './machine-drift.ts';
import { type OscillatorSpan, readOscillator } from './measure.ts';
import type { Findings } from './outcome.ts';
import { type DriftOptions, type DriftPlan, planDrift } from './plan-drift.ts';
import type { ClockLock, DriftStore, Host } from './ports.ts';

/** What recalling uses of a machine. */
export interface RecallPorts {
  readonly clock: Clock;
  readonly host: Pick<Host, 'drift'>;
}

/** What a run knows of the oscillator before it measures. */
export interface RecalledDrift extends DriftReading {
  readonly store: DriftStore;
  readonly kernel: RateState;
}

/** Reads what earlier runs learned when it is first needed: a run sends its first packet before it reads a file. */
export function driftRecaller(ports: RecallPorts): {
  /** What earlier runs learned; undefined where nothing can be learned, or a sandbox hides the kernel's rate. */
  recall(): RecalledDrift | undefined;
  /** The rate at which true time gains on the clock; undefined unless earlier runs set its rate. */
  residualRate(): Rate | undefined;
} {
  let recalled: RecalledDrift | undefined;
  const recall = (): RecalledDrift | undefined => {
    recalled ??= read(ports);
    return recalled;
  };
  return {
    recall,
    residualRate() {
      const known = recall();
      return known && residualRateOf(known, ports.clock);
    },
  };
}

function read({ clock, host: { drift: store } }: RecallPorts): RecalledDrift | undefined {
  if (!store || !clock.readOscillator || !clock.setFrequency) return undefined;
  const kernel = kernelRateState(clock);
  return kernel && { store, kernel, ...store.recall() };
}

function residualRateOf({ memory, store, kernel }: RecalledDrift, clock: Clock): Rate | undefined {
  const now = readOscillator(clock);
  const asleep = store.asleep();
  return (
    now &&
    residualRate({
      memory,
      oscillator: store.oscillator(),
      kernel: kernel.rate,
      raw: now.raw,
      ...(asleep !== undefined && { asleep }),
    })
  );
}

/** The plan for the drift after a measurement. */
export function planAfter(
  {
    estimate,
    servers,
    oscillator: span,
  }: Findings & {
    readonly estimate: Estimate;
    readonly oscillator: OscillatorSpan;
  },
  { memory, store, kernel }: RecalledDrift,
  options: DriftOptions,
  lock: ClockLock,
): DriftPlan {
  const run = runOf(span, memory);
  const asleep = store.asleep();
  const services = lock.competitors.flatMap(competitor =>
    competitor.kind === 'service' ? competitor.name : [],
  );
  return planDrift(
    {
      ...{ reading: span.last, estimate, servers, kernel, memory, services },
      oscillator: store.oscillator(),
      ...(run && { run }),
      ...(asleep !== undefined && { asleep }),
    },
    options,
  );
}

/** How long a slew continues after the kernel reports nothing left: the kernel applies it in shares of one second. */
const LAST_SHARE: Seconds = 2;

/** How far both clocks went; undefined if a slew may have moved one of them, such as the last share of the last run's slew. */
function runOf({ first, last, slewed }: OscillatorSpan, { samples }: DriftMemory): RunOfBoth | undefined {
  const before = samples.at(-1);
  const since = before ? Number(first.raw - before.raw) / 1e9 : Infinity;
  if (slewed || since < Math.abs(before?.offset ?? 0) / SLEW_RATE + LAST_SHARE) return undefined;
  return {
    clock: difference(last.time, first.time),
    raw: Number(last.raw - first.raw) / 1e9,
    readingError: first.gap + last.gap,
  };
}
