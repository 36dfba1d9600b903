// The main story: query servers → sample → filter → select → combine → decide → set the clock. Start reading here. The
// outside world enters through ports; the result leaves as an Outcome, and progress as events.
// Sign: a positive offset = our clock is behind = the correction moves it forward.

import { MAXDIST } from './ntp/cluster.ts';
import { STEPT } from './ntp/decide.ts';
import { type ApplyOptions, apply, type DecidedEvent, type Proposal } from './pipeline/apply.ts';
import { type FinishEvent, type FinishOptions, finish } from './pipeline/finish.ts';
import {
  type Measured,
  type MeasureEvent,
  type MeasurePorts,
  measure,
  type QueryOptions,
} from './pipeline/measure.ts';
import type { Outcome } from './pipeline/outcome.ts';
import type { Host } from './pipeline/ports.ts';

export type { Outcome };

export interface SyncOptions extends QueryOptions, ApplyOptions, FinishOptions {}

/** The default options. */
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

export type SyncEvent = MeasureEvent | DecidedEvent | FinishEvent;

/** Measures without changing anything. */
export async function query(options: QueryOptions, ports: Ports): Promise<Outcome> {
  const measured: Measured = await measure(options, ports);
  if (measured.kind !== 'agreed') return measured;
  const { offset } = measured.estimate;
  const { maxOffset: limit } = options;
  if (limit === undefined || Math.abs(offset) <= limit) return { ...measured, kind: 'queried' };
  const decision = { kind: 'refuse', offset, limit, by: 'max-offset' } as const;
  return { ...measured, kind: 'refused', decision };
}

/** Measures, decides, and sets the clock at most once. */
export async function sync(options: SyncOptions, ports: Ports): Promise<Outcome> {
  const lock = await ports.host.lockClock();
  try {
    const measured = await measure(options, ports);
    if (measured.kind !== 'agreed') return warned(measured, lock.warnings);
    const applied = apply(proposalOf(measured), options, lock, ports);
    const outcome: Outcome = {
      ...measured,
      ...applied,
      warnings: [...measured.warnings, ...applied.warnings],
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

function warned(outcome: Outcome, warnings: readonly string[]): Outcome {
  return { ...outcome, warnings: [...outcome.warnings, ...warnings] };
}
