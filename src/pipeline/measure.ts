// The first half of the story: servers → survey → assessment, again when our clock was moved meanwhile, and
// never longer than the deadline. Touches nothing.
// Sign: a positive offset = our clock is behind.

import { type Clock, standstill } from '../clock/clock.ts';
import type { Keys } from '../net/authentication.ts';
import { type Source, type SurveyEvent, type SurveyPorts, survey } from '../net/survey.ts';
import type { Estimate } from '../ntp/combine.ts';
import type { Estimator } from '../ntp/filter.ts';
import { plausibleTimes } from '../ntp/plausible.ts';
import { difference, elapsed, type Seconds, type UnixTime } from '../ntp/time.ts';
import type { Server } from '../sources/server.ts';
import { assess } from './assess.ts';
import type { Ending, Findings, LimitsFrom } from './outcome.ts';

export interface QueryOptions {
  readonly servers: readonly Server[];
  /** Samples for each server. */
  readonly samples: number;
  /** How long to wait for one reply. */
  readonly timeout: Seconds;
  readonly interval: 'auto' | Seconds;
  /** For the whole run. */
  readonly deadline: Seconds;
  readonly minServers: number;
  /** A server whose root distance is over this is not believed. */
  readonly maxDistance: Seconds;
  /** For messages. */
  readonly limitsFrom?: LimitsFrom;
  /** A larger correction is refused, always; a query that finds one ends as `refused`, too. */
  readonly maxOffset?: Seconds;
  readonly estimator: Estimator;
  readonly version: number;
  readonly family?: 4 | 6;
  /** Send from this address. */
  readonly source?: string;
  /** The symmetric keys that servers name. */
  readonly keys?: Keys;
  /** Also take times that are before this program's release or twenty years after it; no panic limit. */
  readonly allowAnyOffset: boolean;
}

export interface MeasurePorts extends Omit<SurveyPorts, 'precision'> {
  readonly clock: Clock;
  /** When this program was released: no clock that shows less can be right. */
  readonly release: UnixTime;
  readonly emit: (event: MeasureEvent) => void;
  /** The user's wish to stop. */
  readonly signal: AbortSignal;
}

export type MeasureEvent =
  | SurveyEvent
  /** Our clock was stepped meanwhile: what was measured is thrown away. */
  | { readonly kind: 'clock-stepped'; readonly by: Seconds }
  /** A slew began, ended or turned meanwhile: the same. */
  | { readonly kind: 'slew-changed' };

export type Measured = Findings &
  (
    | { readonly kind: 'agreed'; readonly estimate: Estimate }
    | Extract<Ending, { kind: 'no-suitable-server' | 'interrupted' }>
  );

/** A jump of the clock against the monotonic one: more than any slew does during a run. */
const STEP_NOTICED: Seconds = 0.001;
/** A clock that went on by less than this share of the time that passed stands still; the rest is what reading it takes. */
const STANDSTILL = 0.01;
/** How often to measure, at most, while the clock keeps being moved. */
const ATTEMPTS = 3;

/**
 * Asks and assesses; again when the clock was moved meanwhile. Ends by the deadline, or with what an abort leaves. Rejects
 * with `ClockError` for a clock that stands still.
 */
export async function measure(options: QueryOptions, ports: MeasurePorts): Promise<Measured> {
  const { clock, emit, signal } = ports;
  const started = clock.now();
  const over = new AbortController();
  void ports.timer.sleep(options.deadline, AbortSignal.any([signal, over.signal])).then(() => over.abort());
  try {
    for (let attempt = 1; ; attempt++) {
      const { sources, steppedBy, slewRate, stoodStill } = await surveySteadily(
        options,
        ports,
        AbortSignal.any([signal, over.signal]),
      );
      const findings = { started, finished: clock.now(), warnings: [] };
      const assessment = assess(sources, { ...options, slewRate: slewRate ?? 0 }, clock.monotonic());
      if (signal.aborted) return { ...findings, kind: 'interrupted', servers: assessment.servers };
      if (steppedBy === 0 && slewRate !== undefined) return { ...findings, ...assessment };
      emit(steppedBy === 0 ? { kind: 'slew-changed' } : { kind: 'clock-stepped', by: steppedBy });
      if (attempt < ATTEMPTS && !over.signal.aborted) continue;
      if (stoodStill) throw standstill();
      const reason = { kind: 'clock-unsteady', attempts: attempt } as const;
      return { ...findings, kind: 'no-suitable-server', reason, servers: assessment.servers };
    }
  } finally {
    over.abort();
  }
}

/**
 * One survey, by how much the clock was stepped while it ran (0 when it was not), how fast it was slewed (undefined when
 * that changed), and whether it showed the same time at both ends.
 */
async function surveySteadily(
  options: QueryOptions,
  ports: MeasurePorts,
  signal: AbortSignal,
): Promise<{
  readonly sources: readonly Source[];
  readonly steppedBy: Seconds;
  readonly slewRate: number | undefined;
  readonly stoodStill: boolean;
}> {
  const { clock } = ports;
  const slewRate = clock.status().slewRate ?? 0;
  const before = clock.read();
  const plan = { ...options, plausible: plausibleTimes(ports.release, options.allowAnyOffset) };
  const sources = await survey(
    options.servers,
    plan,
    { ...ports, precision: clock.precision },
    ports.emit,
    signal,
  );
  const samples = sources.flatMap(({ burst }) => burst?.samples ?? []);
  const after = clock.read();
  const steps = [...samples.map(({ received }) => received), after].map(
    reading => difference(reading.time, before.time) - elapsed(reading.monotonic, before.monotonic),
  );
  return {
    sources,
    steppedBy: steps.find(step => Math.abs(step) > STEP_NOTICED) ?? 0,
    slewRate: (clock.status().slewRate ?? 0) === slewRate ? slewRate : undefined,
    stoodStill:
      Math.abs(difference(after.time, before.time)) < STANDSTILL * elapsed(after.monotonic, before.monotonic),
  };
}
