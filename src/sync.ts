// The main story: query servers → sample → filter → select → combine → decide → set the clock. Start reading here. The
// outside world enters through ports; the result leaves as an Outcome, and progress as events.
// Sign: a positive offset = our clock is behind = the correction moves it forward.

import { OPTIONS } from './options/option-table.ts';
import { type ApplyOptions, apply, type DecidedEvent, type Proposal, refused } from './pipeline/apply.ts';
import { type FinishEvent, type FinishOptions, finish } from './pipeline/finish.ts';
import {
  type Measured,
  type MeasureEvent,
  type MeasurePorts,
  measure,
  type QueryOptions,
} from './pipeline/measure.ts';
import type { QueryOutcome, SyncOutcome } from './pipeline/outcome.ts';
import type { DriftOptions } from './pipeline/plan-drift.ts';
import type { Host } from './pipeline/ports.ts';
import { driftRecaller, planAfter } from './pipeline/recall-drift.ts';

export type { Outcome } from './pipeline/outcome.ts';
export type { QueryOutcome, SyncOutcome };

export interface SyncOptions extends QueryOptions, ApplyOptions, FinishOptions, DriftOptions {}

/** The default options. */
export const defaults: Omit<SyncOptions, 'servers'> = {
  samples: OPTIONS.samples.default,
  timeout: OPTIONS.timeout.default,
  interval: OPTIONS.interval.default,
  deadline: OPTIONS.deadline.default,
  minServers: OPTIONS.minServers.default,
  maxDistance: OPTIONS.maxDistance.default,
  estimator: 'paired-minima',
  version: OPTIONS.ntpVersion.default,
  method: 'by-threshold',
  stepThreshold: OPTIONS.stepThreshold.default,
  allowAnyOffset: false,
  force: false,
  wait: false,
  rtc: false,
  drift: true,
  allowTick: false,
  forceFrequency: false,
};

/** The parts of this machine that a run uses. Tests and simulations replace some of them. */
export interface Ports extends MeasurePorts {
  readonly host: Host;
  readonly emit: (event: SyncEvent) => void;
}

/** Something that happened during a run: a name resolved, a packet sent or received, a decision, the progress of a slew. */
export type SyncEvent = MeasureEvent | DecidedEvent | FinishEvent;

/** Measures without changing anything. */
export async function query(options: QueryOptions, ports: Ports): Promise<QueryOutcome> {
  const { residualRate } = driftRecaller(ports);
  const { oscillator: _, ...measured } = await measure(options, ports, residualRate);
  const command = 'query';
  if (measured.kind !== 'agreed') return { ...measured, command };
  const { offset } = measured.estimate;
  const { maxOffset: limit } = options;
  if (limit === undefined || Math.abs(offset) <= limit) return { ...measured, command, kind: 'queried' };
  const decision = { kind: 'refuse', offset, limit, by: 'max-offset' } as const;
  return { ...measured, command, ...refused(decision, options.limitsFrom) };
}

/** Measures, decides, and sets the clock at most once. */
export async function sync(options: SyncOptions, ports: Ports): Promise<SyncOutcome> {
  const lock = await ports.host.lockClock();
  try {
    const { recall, residualRate } = driftRecaller(ports);
    const { oscillator, ...measured } = await measure(
      options,
      ports,
      options.drift ? residualRate : undefined,
    );
    if (measured.kind !== 'agreed')
      return { ...measured, command: 'sync', warnings: [...measured.warnings, ...lock.warnings] };
    const recalled = options.drift ? recall() : undefined;
    const plan = recalled && oscillator && planAfter({ ...measured, oscillator }, recalled, options, lock);
    const applied = apply({ ...proposalOf(measured), ...(plan && { drift: plan }) }, options, lock, ports);
    const unread = plan ? recalled?.warning : undefined;
    const outcome: SyncOutcome = {
      ...measured,
      ...applied,
      command: 'sync',
      warnings: [...measured.warnings, ...(unread === undefined ? [] : [unread]), ...applied.warnings],
    };
    return await finish(outcome, options, ports);
  } finally {
    lock.release();
  }
}

function proposalOf({ estimate, servers }: Extract<Measured, { readonly kind: 'agreed' }>): Proposal {
  const { server, address } = servers.find(({ verdict }) => verdict.kind === 'system-peer')!;
  return {
    offset: estimate.offset,
    errorBound: estimate.rootDistance,
    server: address?.address ?? server.host,
  };
}
