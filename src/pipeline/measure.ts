// The measurement: servers → survey → assessment. Repeats when our clock was changed in between, and never exceeds the
// deadline. Changes nothing.
// Sign: a positive offset = our clock is behind.

import { type Clock, ClockError, type OscillatorReading, standstill } from '../clock/clock.ts';
import type { Keys } from '../net/authentication.ts';
import { type Source, type SurveyEvent, type SurveyPorts, survey } from '../net/survey.ts';
import type { Estimate } from '../ntp/combine.ts';
import type { Estimator } from '../ntp/filter.ts';
import { plausibleTimes } from '../ntp/plausible.ts';
import type { Rate } from '../ntp/rate.ts';
import { difference, elapsed, type Seconds, type UnixTime } from '../ntp/time.ts';
import type { Server } from '../sources/server.ts';
import { assess } from './assess.ts';
import type { Ending, Findings, LimitsFrom } from './outcome.ts';

export interface QueryOptions {
  readonly servers: readonly Server[];
  /** Samples per server. */
  readonly samples: number;
  /** How long to wait for a reply, in seconds. */
  readonly timeout: Seconds;
  readonly interval: 'auto' | Seconds;
  /** The limit for the whole run, in seconds. */
  readonly deadline: Seconds;
  readonly minServers: number;
  /** Reject servers with a greater root distance than this, in seconds. */
  readonly maxDistance: Seconds;
  /** The origin of the limits, for messages. */
  readonly limitsFrom?: LimitsFrom;
  /** Refuse any larger correction, in seconds; a query that finds one also ends as `refused`. */
  readonly maxOffset?: Seconds;
  readonly estimator: Estimator;
  readonly version: number;
  readonly family?: 4 | 6;
  /** The local address to send from. */
  readonly source?: string;
  /** The symmetric keys that servers refer to. */
  readonly keys?: Keys;
  /** Also accept times before this program's release or more than twenty years after it; no panic limit. */
  readonly allowAnyOffset: boolean;
}

export interface MeasurePorts extends Omit<SurveyPorts, 'precision'> {
  readonly clock: Clock;
  /** The release of this program: a clock that shows an earlier time is wrong. */
  readonly release: UnixTime;
  readonly emit: (event: MeasureEvent) => void;
  /** Aborted when the user stops the run. */
  readonly signal: AbortSignal;
}

export type MeasureEvent =
  | SurveyEvent
  /** Our clock was stepped during the measurement, which is discarded. */
  | { readonly kind: 'clock-stepped'; readonly by: Seconds }
  /** A slew started, ended, or turned during the measurement, which is discarded. */
  | { readonly kind: 'slew-changed' };

/** What the clock and its oscillator showed at both ends of a measurement in which nothing stepped the clock. */
export interface OscillatorSpan {
  readonly first: OscillatorReading;
  readonly last: OscillatorReading;
  /** Whether a slew moved the clock meanwhile. */
  readonly slewed: boolean;
}

/** A measurement, and the oscillator at both ends of it; absent if the platform has none to read. */
export type MeasuredBoth = Measured & { readonly oscillator?: OscillatorSpan };

export type Measured = Findings &
  (
    | { readonly kind: 'agreed'; readonly estimate: Estimate }
    | Extract<Ending, { kind: 'no-suitable-server' | 'interrupted' }>
  );

/** A jump of the clock against the monotonic one, in seconds; larger than the effect of any slew during a run. */
const STEP_NOTICED: Seconds = 0.001;
/** A clock that advanced by less than this share of the elapsed time stands still; reading it takes the rest. */
const STANDSTILL = 0.01;
/** The maximum number of measurements while the clock keeps changing. */
const ATTEMPTS = 3;

/**
 * Measures and assesses, again if the clock was changed in between. Ends by the deadline, or early with the results so
 * far on an abort. `residualRate` tells the rate at which true time gains on our clock, apart from a slew. Rejects with
 * `ClockError` if the clock stands still.
 */
export async function measure(
  options: QueryOptions,
  ports: MeasurePorts,
  residualRate: () => Rate | undefined = () => undefined,
): Promise<MeasuredBoth> {
  const { clock, emit, signal } = ports;
  const started = clock.now();
  const over = new AbortController();
  void ports.timer.sleep(options.deadline, AbortSignal.any([signal, over.signal])).then(() => over.abort());
  try {
    for (let attempt = 1; ; attempt++) {
      const { sources, steppedBy, slewRate, stoodStill, oscillator } = await surveySteadily(
        options,
        ports,
        AbortSignal.any([signal, over.signal]),
      );
      const findings = { started, finished: clock.now(), warnings: [] };
      const rate = residualRate();
      const rules = { ...options, slewRate: slewRate ?? 0, ...(rate && { rate }) };
      const assessment = assess(sources, rules, clock.monotonic());
      if (signal.aborted) return { ...findings, kind: 'interrupted', servers: assessment.servers };
      if (steppedBy === 0 && slewRate !== undefined) {
        return {
          ...findings,
          ...assessment,
          ...(assessment.kind === 'agreed' && oscillator && { oscillator }),
        };
      }
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
 * One survey, how far the clock was stepped during it (0 if it was not), the speed of its slew (undefined if it
 * changed), and whether the clock showed the same time at both ends.
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
  readonly oscillator: OscillatorSpan | undefined;
}> {
  const { clock } = ports;
  const slewRate = clock.status().slewRate ?? 0;
  const first = readOscillator(clock);
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
  const last = readOscillator(clock);
  const steps = [...samples.map(({ received }) => received), after].map(
    reading => difference(reading.time, before.time) - elapsed(reading.monotonic, before.monotonic),
  );
  return {
    sources,
    steppedBy: steps.find(step => Math.abs(step) > STEP_NOTICED) ?? 0,
    slewRate: (clock.status().slewRate ?? 0) === slewRate ? slewRate : undefined,
    stoodStill:
      Math.abs(difference(after.time, before.time)) < STANDSTILL * elapsed(after.monotonic, before.monotonic),
    oscillator: first && last && { first, last, slewed: slewRate !== 0 },
  };
}

/** Reads the clock and its oscillator; undefined if the platform has none to read, or a sandbox hides it. */
export function readOscillator(clock: Clock): OscillatorReading | undefined {
  try {
    return clock.readOscillator?.();
  } catch (error) {
    if (error instanceof ClockError) return undefined;
    throw error;
  }
}
