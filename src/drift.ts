// What tsntp knows of the rate of this machine's clock: shown, forgotten (and the kernel's rate restored), imported from
// another program's drift file, or exported to one. pipeline/apply.ts restores the rate.
// Sign: a rate is a correction in ppm: positive = the clock loses = the kernel makes it faster.

import type { ClockError } from './clock/clock.ts';
import { type EarlierBoot, expectationOf, type RateExpectation } from './ntp/drift/boots.ts';
import type { ImportedRate } from './ntp/drift/drift-file.ts';
import { type DriftMemory, EMPTY_DRIFT_MEMORY, MOST_BOOTS, memoryFor } from './ntp/drift/drift-record.ts';
import type { KnownRate } from './ntp/drift/drift-state.ts';
import type { KernelRate } from './ntp/drift/kernel-rate.ts';
import { MOST_BY_FREQUENCY } from './ntp/drift/rate-bounds.ts';
import { type RateRestoration, restoreRate } from './pipeline/apply.ts';
import {
  type DriftStatePorts,
  kernelRateState,
  type MachineDrift,
  readDrift,
} from './pipeline/machine-drift.ts';
import type { Competitor } from './pipeline/outcome.ts';
import type { ClockLock, DriftStore, Host } from './pipeline/ports.ts';

/** What `drift` uses of a machine. */
export interface DriftPorts extends DriftStatePorts {
  readonly host: Pick<Host, 'lockClock' | 'drift'>;
  readonly signal: AbortSignal;
}

/** What to do with the rate of the clock. */
export type DriftRequest =
  | { readonly action: 'show' | 'export' }
  | {
      readonly action: 'reset';
      /** Put the kernel's rate back even if another time service sets the clock. */
      readonly force?: boolean;
      /** Change nothing. */
      readonly dryRun?: boolean;
    }
  | { readonly action: 'import'; readonly rate: ImportedRate; readonly dryRun?: boolean };

/** What `reset` did to the kernel's rate, or why it left it. */
export type RateReset =
  /** It is what it was before tsntp first set it; `before` is what it was until now, where that is known. */
  | { readonly kind: 'restored' | 'would-restore'; readonly to: KernelRate; readonly before?: KernelRate }
  /** tsntp has not set it in this boot. */
  | { readonly kind: 'never-set' }
  /** The memory could not be read, so that it is not known what the rate was before. */
  | { readonly kind: 'unknown' }
  /** tsntp set it in an earlier boot; the rate was lost when the machine rebooted. */
  | { readonly kind: 'other-boot' }
  /** This platform keeps no rate. */
  | { readonly kind: 'unsupported' };

/** How an action on the rate of the clock ended. */
export type DriftOutcome = { readonly warnings: readonly string[] } & (
  | { readonly kind: 'shown'; readonly state: MachineDrift }
  | { readonly kind: 'exported'; readonly rate: KnownRate }
  /** `show` and `export`: no rate is known. */
  | { readonly kind: 'nothing-known'; readonly state: MachineDrift }
  | { readonly kind: 'reset' | 'would-reset'; readonly kernel: RateReset }
  | {
      readonly kind: 'imported' | 'would-import';
      readonly rate: ImportedRate;
      /** The samples of this boot, which weigh more than an imported rate. */
      readonly runs: number;
      /** What it lets expect, together with earlier boots. */
      readonly expectation: RateExpectation;
    }
  /** `reset`: nothing was remembered. */
  | { readonly kind: 'nothing-to-forget' }
  /** The memory could not be written. */
  | { readonly kind: 'not-remembered'; readonly problem: string; readonly kernel?: RateReset }
  | { readonly kind: 'busy'; readonly competitors: readonly Competitor[] }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'clock-error'; readonly error: ClockError }
);

/** Shows, forgets, imports or exports the rate of the clock of `machine`. Failures are part of the outcome. */
export async function drift(request: DriftRequest, machine: DriftPorts): Promise<DriftOutcome> {
  if (isChange(request)) return underLock(request, machine);
  return tell(request.action, machine);
}

type Change = Exclude<DriftRequest, { action: 'show' | 'export' }>;

function isChange(request: DriftRequest): request is Change {
  return request.action === 'reset' || request.action === 'import';
}

async function underLock(request: Change, machine: DriftPorts): Promise<DriftOutcome> {
  const lock = await machine.host.lockClock();
  try {
    return change(request, lock, machine);
  } finally {
    lock.release();
  }
}

function tell(action: 'show' | 'export', machine: DriftPorts): DriftOutcome {
  const state = readDrift(machine);
  const { rate, warnings } = state;
  if (rate === undefined) return { kind: 'nothing-known', state, warnings };
  return action === 'show' ? { kind: 'shown', state, warnings } : { kind: 'exported', rate, warnings };
}

/** Synchronous, so that no interruption falls between the kernel's rate and the memory of it. */
function change(request: Change, lock: ClockLock, machine: DriftPorts): DriftOutcome {
  const { warnings } = lock;
  const competitors = lock.competitors.filter(({ kind }) => kind === 'tsntp');
  if (competitors.length > 0) return { kind: 'busy', competitors, warnings };
  const store = machine.host.drift;
  if (store === undefined) {
    const problem = 'there is no directory to remember it in: name one with --state DIR';
    return { kind: 'not-remembered', problem, warnings };
  }
  return request.action === 'import'
    ? importRate(request, store, warnings)
    : reset(request, { lock, store, machine });
}

/** A second import replaces the first: twice the same number is no agreement of two boots. */
function importRate(
  { rate, dryRun = false }: Extract<Change, { action: 'import' }>,
  store: DriftStore,
  before: readonly string[],
): DriftOutcome {
  const { memory, warning } = store.recall();
  const warnings = [...before, ...(warning === undefined ? [] : [warning])];
  const { frequency, skew = UNSTATED } = rate;
  const sigma = Math.min(skew, MOST_BY_FREQUENCY);
  const measured = memory.boots.filter(({ runs }) => runs > 0);
  const boots: readonly EarlierBoot[] = [...measured, { frequency, sigma, runs: 0 }].slice(-MOST_BOOTS);
  const oscillator = store.oscillator();
  const { samples } = memoryFor(oscillator, memory);
  const expectation = expectationOf(boots, oscillator.clocksource)!;
  const imported = { rate, runs: samples.length, expectation, warnings };
  if (dryRun) return { kind: 'would-import', ...imported };
  const problem = store.remember({ ...memory, boots });
  return problem === undefined
    ? { kind: 'imported', ...imported }
    : { kind: 'not-remembered', problem, warnings };
}

/** The standard deviation of a rate that came without one, in ppm: as of a single other boot. */
const UNSTATED = 20;

interface ResetContext {
  readonly lock: ClockLock;
  readonly store: DriftStore;
  readonly machine: DriftPorts;
}

/** Forgets only after the kernel's rate is restored: without the memory, a second attempt could not restore it. */
function reset(
  { force = false, dryRun = false }: Extract<Change, { action: 'reset' }>,
  { lock, store, machine }: ResetContext,
): DriftOutcome {
  const { memory, warning } = store.recall();
  const unread = warning === undefined ? [] : [warning];
  const kernel: Undone =
    warning === undefined ? resetKernel(memory, force, { lock, store, machine }) : { kind: 'unknown' };
  const warnings = [...lock.warnings, ...unread];
  if (kernel.kind === 'busy' || kernel.kind === 'interrupted' || kernel.kind === 'clock-error') {
    return { ...kernel, warnings };
  }
  // A directory that is not there is not made for nothing.
  if (memory === EMPTY_DRIFT_MEMORY && warning === undefined) return { kind: 'nothing-to-forget', warnings };
  if (dryRun) return { kind: 'would-reset', kernel, warnings };
  const problem = store.remember(EMPTY_DRIFT_MEMORY);
  return problem === undefined
    ? { kind: 'reset', kernel, warnings }
    : { kind: 'not-remembered', problem, kernel, warnings };
}

type Undone = RateReset | Extract<RateRestoration, { kind: 'busy' | 'interrupted' | 'clock-error' }>;

function resetKernel(memory: DriftMemory, force: boolean, { lock, store, machine }: ResetContext): Undone {
  if (memory.found === undefined) return { kind: 'never-set' };
  const { found } = memoryFor(store.oscillator(), memory);
  if (found === undefined) return { kind: 'other-boot' };
  const before = kernelRateState(machine.clock)?.rate;
  const restored = restoreRate(found, { force }, lock, machine);
  return restored.kind === 'restored' || restored.kind === 'would-restore'
    ? { kind: restored.kind, to: found, ...(before && { before }) }
    : restored;
}
