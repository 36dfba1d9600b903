// The machine's oscillator, its kernel, and what earlier runs remember of both → the rate that is left for a burst, and the
// plan for the drift after the measurement. Reads only.

import { type Clock, ClockError, type RateState, SLEW_RATE } from '../clock/clock.ts';
import type { Estimate } from '../ntp/combine.ts';
import type { DriftMemory, DriftReading } from '../ntp/drift/drift-record.ts';
import type { RunOfBoth } from '../ntp/drift/gate.ts';
import { residualRate } from '../ntp/drift/residual-rate.ts';
import type { Rate } from '../ntp/rate.ts';
import { difference, type Seconds } from '../ntp/time.ts';
import { type DriftOptions, type DriftPlan, planDrift } from './drift.ts';
import { type OscillatorSpan, oscillatorOf } from './measure.ts';
import type { Findings } from './outcome.ts';
import type { ClockLock, DriftStore, Host } from './ports.ts';

/** What remembering uses of a machine. */
export interface RecollectionPorts {
  readonly clock: Clock;
  readonly host: Pick<Host, 'drift'>;
}

/** What a run knows of the oscillator before it measures. */
export interface Recollection extends DriftReading {
  readonly store: DriftStore;
  readonly kernel: RateState;
}

/** Recalls when it is first asked, after the packets: a run does not wait for a file before it sends the first one. */
export function lazyRecollection(ports: RecollectionPorts): {
  /** What earlier runs learned; undefined where nothing can be learned, or the kernel may not be asked. */
  recall(): Recollection | undefined;
  /** The rate at which true time gains on the clock, where earlier runs set its rate. */
  knownRate(): Rate | undefined;
} {
  let recalled: Recollection | undefined;
  const recall = (): Recollection | undefined => {
    recalled ??= recollect(ports);
    return recalled;
  };
  const knownRate = (): Rate | undefined => {
    const recollection = recall();
    return recollection && recalledRate(recollection, ports.clock);
  };
  return { recall, knownRate };
}

function recollect({ clock, host: { drift: store } }: RecollectionPorts): Recollection | undefined {
  if (!store || !clock.readOscillator || !clock.setFrequency) return undefined;
  const kernel = rateStateOf(clock);
  return kernel && { store, kernel, ...store.recall() };
}

function rateStateOf(clock: Clock): RateState | undefined {
  try {
    return clock.rate?.();
  } catch (error) {
    if (error instanceof ClockError) return undefined;
    throw error;
  }
}

function recalledRate({ memory, store, kernel }: Recollection, clock: Clock): Rate | undefined {
  const now = oscillatorOf(clock);
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
  { memory, store, kernel }: Recollection,
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

/** A slew goes on for so long after the kernel has nothing left of it: it makes it in shares of one second. */
const LAST_SHARE: Seconds = 2;

/** How far both clocks went; undefined while a slew may have moved one of them, also the last share of the last run's. */
function runOf({ first, last, slewed }: OscillatorSpan, { samples }: DriftMemory): RunOfBoth | undefined {
  const before = samples.at(-1);
  const since = before ? Number(first.raw - before.raw) / 1e9 : Infinity;
  if (slewed || since < Math.abs(before?.offset ?? 0) / SLEW_RATE + LAST_SHARE) return undefined;
  return {
    clock: difference(last.time, first.time),
    raw: Number(last.raw - first.raw) / 1e9,
    readingError: first.gap + last.gap,
    slewed: 0,
  };
}
