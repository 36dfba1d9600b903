// The whole story: ask servers → sample → filter → select → combine → decide → set the clock. Start reading here.
// Everything that touches the world comes in as a port; what happened goes out as an Outcome and, as it happens,
// as events.
// Sign: a positive offset = our clock is behind = the correction moves it forward.

import { assess } from './assess.ts';
import { type Clock, ClockError } from './clock/clock.ts';
import type { Server } from './net/server.ts';
import { type Source, type SurveyEvent, type SurveyPorts, survey } from './net/survey.ts';
import type { Estimate } from './ntp/combine.ts';
import { type ClockStanding, type Decision, decide, type Limits, STEPT } from './ntp/decide.ts';
import type { Estimator } from './ntp/filter.ts';
import { plausibleTimes } from './ntp/sample.ts';
import { difference, elapsed, type Seconds, type UnixTime } from './ntp/time.ts';
import type { Contender, Correction, Ending, Findings, Outcome } from './outcome.ts';

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
  readonly estimator: Estimator;
  readonly version: number;
  readonly family?: 4 | 6;
  /** Send from this address. */
  readonly source?: string;
  /** Also take times that are before this program's release or twenty years after it; no panic limit. */
  readonly allowAnyOffset: boolean;
}

export interface SyncOptions extends QueryOptions, Limits {
  /** Set the clock though somebody else is setting it, too. */
  readonly force: boolean;
}

/** What holds where nothing else is asked for. */
export const defaults: Omit<SyncOptions, 'servers'> = {
  samples: 4,
  timeout: 2,
  interval: 'auto',
  deadline: 15,
  minServers: 1,
  estimator: 'paired-minima',
  version: 4,
  method: 'by-threshold',
  stepThreshold: STEPT,
  allowAnyOffset: false,
  force: false,
};

/** What this machine knows of its clock's past, and who else is at it. */
export interface Host {
  /** Keeps other runs of tsntp out until it is released; says who else sets this clock. */
  claim(): Promise<Claim>;
  /** Whether tsntp has set this clock since the machine came up. */
  setSinceBoot(): { readonly value: boolean; readonly warning?: string };
  /** Keeps the memory of a correction; returns a warning when it cannot. */
  remember(correction: Remembered): string | undefined;
}

export interface Claim {
  readonly contenders: readonly Contender[];
  readonly warnings: readonly string[];
  release(): void;
}

export interface Remembered {
  readonly at: UnixTime;
  readonly correction: Correction;
  readonly server: string;
  readonly errorBound: Seconds;
}

export interface Ports extends Omit<SurveyPorts, 'precision'> {
  readonly clock: Clock;
  readonly host: Host;
  /** When this program was released: no clock that shows less can be right. */
  readonly release: UnixTime;
  readonly emit: (event: SyncEvent) => void;
  /** The user's wish to stop. */
  readonly signal: AbortSignal;
}

export type SyncEvent =
  | SurveyEvent
  | { readonly kind: 'clock-stepped'; readonly by: Seconds }
  | { readonly kind: 'decided'; readonly decision: Decision; readonly standing: ClockStanding };

/** A jump of the clock against the one that nobody steps: more than any slew does during a run. */
const STEP_NOTICED: Seconds = 0.001;
/** Measure so often at most when somebody keeps stepping the clock. */
const ATTEMPTS = 3;

/** Measures, and touches nothing. */
export async function query(options: QueryOptions, ports: Ports): Promise<Outcome> {
  const measured = await measure(options, ports);
  return measured.kind === 'agreed' ? { ...measured, kind: 'queried' } : measured;
}

/** Measures, decides, and sets the clock: once or not at all. */
export async function sync(options: SyncOptions, ports: Ports): Promise<Outcome> {
  const { clock, host, emit } = ports;
  const claim = await host.claim();
  try {
    const measured = await measure(options, ports);
    if (measured.kind !== 'agreed') return warned(measured, claim.warnings);
    const memory = host.setSinceBoot();
    const standing: ClockStanding = {
      setSinceBoot: memory.value,
      synchronised: clock.status().synchronised ?? false,
      beforeRelease: clock.now() < ports.release,
    };
    const decision = decide(measured.estimate.offset, options, standing);
    emit({ kind: 'decided', decision, standing });
    const contenders = options.force ? [] : claim.contenders;
    const outcome: Outcome = { ...measured, ...act(decision, measured.estimate, contenders, ports) };
    const afterwards = [declare(outcome, clock), remember(outcome, host)];
    return warned(outcome, [...claim.warnings, memory.warning, ...afterwards]);
  } finally {
    claim.release();
  }
}

type Measured = Findings &
  (
    | { readonly kind: 'agreed'; readonly estimate: Estimate }
    | Extract<Ending, { kind: 'no-suitable-server' | 'interrupted' }>
  );

/** Asks and assesses; again when somebody stepped the clock meanwhile. Ends by the deadline. */
async function measure(options: QueryOptions, ports: Ports): Promise<Measured> {
  const { clock, emit, signal } = ports;
  const started = clock.now();
  const over = new AbortController();
  void ports.timer.sleep(options.deadline, AbortSignal.any([signal, over.signal])).then(() => over.abort());
  try {
    for (let attempt = 1; ; attempt++) {
      const { sources, steppedBy } = await surveySteadily(
        options,
        ports,
        AbortSignal.any([signal, over.signal]),
      );
      const findings = { started, finished: clock.now(), warnings: [] };
      if (signal.aborted) return { ...findings, kind: 'interrupted', servers: [] };
      const assessment = assess(sources, options);
      if (steppedBy === 0) return { ...findings, ...assessment };
      emit({ kind: 'clock-stepped', by: steppedBy });
      if (attempt < ATTEMPTS && !over.signal.aborted) continue;
      const reason = { kind: 'clock-unsteady', attempts: attempt } as const;
      return { ...findings, kind: 'no-suitable-server', reason, servers: assessment.servers };
    }
  } finally {
    over.abort();
  }
}

/** One survey, and by how much the clock was stepped while it ran: 0 when it was not. */
async function surveySteadily(
  options: QueryOptions,
  ports: Ports,
  signal: AbortSignal,
): Promise<{ readonly sources: readonly Source[]; readonly steppedBy: Seconds }> {
  const { clock } = ports;
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
  const steps = [...samples.map(({ received }) => received), clock.read()].map(
    reading => difference(reading.time, before.time) - elapsed(reading.monotonic, before.monotonic),
  );
  return { sources, steppedBy: steps.find(step => Math.abs(step) > STEP_NOTICED) ?? 0 };
}

/** The one place that moves the clock. Synchronous, so that no interrupt falls in between. */
function act(decision: Decision, estimate: Estimate, contenders: readonly Contender[], ports: Ports): Ending {
  const { clock, signal } = ports;
  if (signal.aborted) return { kind: 'interrupted' };
  if (decision.kind === 'refuse') return { kind: 'refused', estimate, decision };
  if (contenders.length > 0) return { kind: 'busy', estimate, decision, contenders };
  if (decision.kind === 'none') return { kind: 'unchanged', estimate };
  try {
    const slew = decision.kind === 'slew' ? clock.slew(decision.offset) : undefined;
    if (decision.kind === 'step') clock.step(decision.offset);
    if (!clock.sets) return { kind: 'would-adjust', estimate, decision };
    return { kind: 'adjusted', estimate, decision, at: clock.now(), ...(slew && { slew }) };
  } catch (error) {
    if (!(error instanceof ClockError)) throw error;
    return { kind: 'clock-error', estimate, decision, error };
  }
}

/** After success: tells the kernel how good its clock is now. That it cannot be told is no failure of the run. */
function declare(outcome: Outcome, clock: Clock): string | undefined {
  if (outcome.kind !== 'adjusted' && outcome.kind !== 'unchanged') return undefined;
  const { rootDistance, jitter } = outcome.estimate;
  try {
    clock.declareSynchronised({ maxError: rootDistance, estimatedError: jitter });
    return undefined;
  } catch (error) {
    if (!(error instanceof ClockError)) throw error;
    return `the kernel was not told that its clock is synchronised: ${error.message}`;
  }
}

function remember(outcome: Outcome, host: Host): string | undefined {
  if (outcome.kind !== 'adjusted') return undefined;
  const { at, decision, estimate, servers } = outcome;
  const server = servers.find(({ verdict }) => verdict.kind === 'system-peer')!;
  return host.remember({
    at,
    correction: decision,
    server: server.address?.address ?? server.server.host,
    errorBound: estimate.rootDistance,
  });
}

function warned(outcome: Outcome, warnings: readonly (string | undefined)[]): Outcome {
  const added = warnings.filter(warning => warning !== undefined);
  return { ...outcome, warnings: [...outcome.warnings, ...added] };
}
