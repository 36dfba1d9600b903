// The whole story: ask servers → sample → filter → select → combine → decide → set the clock. Start reading here.
// Everything that touches the world comes in as a port; what happened goes out as an Outcome and, as it happens,
// as events.
// Sign: a positive offset = our clock is behind = the correction moves it forward.

import { ClockError } from './clock/clock.ts';
import { type FinishEvent, type FinishOptions, finish } from './finish.ts';
import type { Host } from './host.ts';
import {
  type Measured,
  type MeasureEvent,
  type MeasurePorts,
  measure,
  type QueryOptions,
} from './measure.ts';
import { MAXDIST } from './ntp/cluster.ts';
import type { Estimate } from './ntp/combine.ts';
import { type ClockStanding, type Decision, decide, type Limits, STEPT } from './ntp/decide.ts';
import type { Contender, Ending, Outcome } from './outcome.ts';

export interface SyncOptions extends QueryOptions, Limits, FinishOptions {
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
  maxDistance: MAXDIST,
  estimator: 'paired-minima',
  version: 4,
  method: 'by-threshold',
  stepThreshold: STEPT,
  allowAnyOffset: false,
  force: false,
  wait: false,
  rtc: false,
};

export interface Ports extends MeasurePorts {
  readonly host: Host;
  readonly emit: (event: SyncEvent) => void;
}

export type SyncEvent =
  | MeasureEvent
  | { readonly kind: 'decided'; readonly decision: Decision; readonly standing: ClockStanding }
  | FinishEvent;

/** Measures, and touches nothing. */
export async function query(options: QueryOptions, ports: Ports): Promise<Outcome> {
  const measured: Measured = await measure(options, ports);
  if (measured.kind !== 'agreed') return measured;
  const { offset } = measured.estimate;
  const { maxOffset: limit } = options;
  if (limit === undefined || Math.abs(offset) <= limit) return { ...measured, kind: 'queried' };
  const decision = { kind: 'refuse', offset, limit, by: 'max-offset' } as const;
  return { ...measured, kind: 'refused', decision };
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
    return warned(await finish(outcome, options, ports), [...claim.warnings, memory.warning]);
  } finally {
    claim.release();
  }
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

function warned(outcome: Outcome, warnings: readonly (string | undefined)[]): Outcome {
  const added = warnings.filter(warning => warning !== undefined);
  return { ...outcome, warnings: [...outcome.warnings, ...added] };
}
