// The one door to the clock: a proposed correction → limits, memory, the hardware clock as a witness, competitors → at
// most one step or slew, and in one go with it the rate. Every correction passes through here, whether it comes from
// servers or from the hardware clock.
// Sign: a positive offset = our clock is behind = the correction moves it forward.

import { type Clock, ClockError } from '../clock/clock.ts';
import type { ClockTrust } from '../ntp/clock-trust.ts';
import type { CorrectionLimits, Decision } from '../ntp/decide.ts';
import type { DriftMemory } from '../ntp/drift/drift-record.ts';
import { correctionOf, type DriftEstimate } from '../ntp/drift/estimate.ts';
import type { KernelRate } from '../ntp/drift/kernel-rate.ts';
import type { Seconds, UnixTime } from '../ntp/time.ts';
import { judge } from './judge.ts';
import type { Competitor, Correction, DriftFindings, Ending, LimitsFrom } from './outcome.ts';
import { type DriftPlan, findingsOf, memoryAfter, memoryBefore } from './plan-drift.ts';
import type { ClockLock, Host } from './ports.ts';

/** A correction and its origin. */
export interface Proposal {
  readonly offset: Seconds;
  /** The true offset lies within offset ± this, in seconds. */
  readonly errorBound: Seconds;
  /** The server or device, for the state file. */
  readonly server: string;
  /** What to do about the rate, and about the noise in `offset`; absent where only the phase is corrected. */
  readonly drift?: DriftPlan;
}

export interface ApplyOptions extends CorrectionLimits {
  /** Set the clock even if another time service sets it. Another run of tsntp still prevents that. */
  readonly force: boolean;
  readonly limitsFrom?: LimitsFrom;
}

export interface ApplyPorts {
  readonly clock: Clock;
  readonly host: Pick<Host, 'recall' | 'remember' | 'hardwareAhead' | 'drift'>;
  /** The release of this program: a clock that shows an earlier time is wrong. */
  readonly release: UnixTime;
  readonly emit: (event: DecidedEvent) => void;
  readonly signal: AbortSignal;
}

export type DecidedEvent = {
  readonly kind: 'decided';
  readonly decision: Decision;
  readonly clockTrust: ClockTrust;
};

/** `Omit` for each member of a union. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export type Applied = {
  readonly clockTrust: ClockTrust;
  readonly drift?: DriftFindings;
  readonly warnings: readonly string[];
} & Without<
  Extract<
    Ending,
    { kind: 'unchanged' | 'adjusted' | 'would-adjust' | 'refused' | 'busy' | 'clock-error' | 'interrupted' }
  >,
  'estimate'
>;

/** Decides on a correction and makes it. Synchronous, so that no interruption falls in between. */
export function apply(
  proposal: Proposal,
  options: ApplyOptions,
  lock: ClockLock,
  ports: ApplyPorts,
): Applied {
  const memory = ports.host.recall();
  const { decision, clockTrust } = judge(proposal, options, memory, ports);
  // Copies: what a listener does to them decides nothing.
  ports.emit({ kind: 'decided', decision: { ...decision }, clockTrust: { ...clockTrust } });
  const competitors = lock.competitors.filter(({ kind }) => !options.force || kind === 'tsntp');
  const { warnings, ...ending } = act(decision, competitors, options, proposal, ports);
  const unkept = keep(ending, proposal, clockTrust, ports.host);
  const all = [...lock.warnings, memory.warning, unkept, ...(warnings ?? [])];
  return { ...ending, clockTrust, warnings: all.filter(warning => warning !== undefined) };
}

type Acted = Without<Applied, 'clockTrust' | 'warnings'>;
type Warned = Acted & { readonly warnings?: readonly (string | undefined)[] };

/** The only function that moves the clock. */
function act(
  decision: Decision,
  competitors: readonly Competitor[],
  { limitsFrom, maxOffset }: ApplyOptions,
  { drift }: Proposal,
  ports: ApplyPorts,
): Warned {
  if (ports.signal.aborted) return { kind: 'interrupted' };
  if (decision.kind === 'refuse') return refused(decision, limitsFrom);
  if (competitors.length > 0) return { kind: 'busy', decision, competitors };
  if (drift) return steer(decision, drift, maxOffset, ports);
  return decision.kind === 'none' ? { kind: 'unchanged' } : move(decision, ports.clock);
}

/** A refusal, with the origin of the limit if a run knows it. */
export function refused(
  decision: Extract<Decision, { kind: 'refuse' }>,
  limitsFrom: LimitsFrom = {},
): Omit<Extract<Ending, { kind: 'refused' }>, 'estimate'> {
  const { maxOffset: from } = limitsFrom;
  const known = decision.by === 'max-offset' && from !== undefined;
  return { kind: 'refused', decision, ...(known && { from }) };
}

function move(decision: Correction, clock: Clock): Acted {
  try {
    const slew = decision.kind === 'slew' ? clock.slew(decision.offset) : undefined;
    if (decision.kind === 'step') clock.step(decision.offset);
    if (!clock.sets) return { kind: 'would-adjust', decision };
    return { kind: 'adjusted', decision, at: clock.now(), ...(slew && { slew }) };
  } catch (error) {
    if (!(error instanceof ClockError)) throw error;
    return { kind: 'clock-error', decision, error };
  }
}

/**
 * Corrects the phase and the rate. Both rates, the old one and the new one, are remembered before the new one is set: if this
 * process is killed in between, the next run takes neither for another program's. If nothing can be remembered, the rate is left
 * alone, because nothing could restore it.
 */
function steer(
  decision: Exclude<Decision, { kind: 'refuse' }>,
  plan: DriftPlan,
  limit: Seconds | undefined,
  { clock, host }: ApplyPorts,
): Warned {
  const remember = (memory: DriftMemory) => (clock.sets ? host.drift?.remember(memory) : undefined);
  const unprepared = plan.rate && remember(memoryBefore(plan, plan.rate, clock.now()));
  const rate = unprepared === undefined ? plan.rate : undefined;
  const unset = rate && setRate(rate, clock);
  const set = rate && unset === undefined ? rateInForce(rate, clock) : undefined;
  const ending =
    decision.kind === 'none'
      ? ({ kind: 'unchanged' } as const)
      : move(withoutNoise(decision, plan.estimate, set !== undefined, limit), clock);
  if (ending.kind === 'clock-error') {
    return { ...ending, warnings: [set && setRate(plan.found, clock), rate && remember(plan.recalled)] };
  }
  const unkept = unprepared ?? remember(set ? memoryAfter(plan, set, clock.now()) : plan.learned);
  return { ...ending, drift: findingsOf(plan, set), warnings: [...plan.warnings, unset, unkept] };
}

/** Leaves out what is likely noise. The result stays within the limit by which the offset was judged. */
function withoutNoise(
  { kind, offset }: Correction,
  estimate: DriftEstimate,
  rateIsSet: boolean,
  limit: Seconds = Infinity,
): Correction {
  const corrected = correctionOf(offset, estimate, rateIsSet);
  return { kind, offset: Math.min(Math.max(corrected, -limit), limit) };
}

/** Sets the rate; returns a warning on failure, because the phase is right anyway. */
function setRate(rate: KernelRate, clock: Clock): string | undefined {
  try {
    clock.setFrequency?.(rate);
    return undefined;
  } catch (error) {
    if (!(error instanceof ClockError)) throw error;
    return `the rate of the clock was not set: ${error.message}`;
  }
}

/** The rate as the kernel has rounded it; a dry run has nothing to read back. */
function rateInForce(rate: KernelRate, clock: Clock): KernelRate {
  return (clock.sets && clock.rate?.().rate) || rate;
}

/** Records a correction; returns a warning on failure, because the clock is set anyway. */
function keep(
  ending: Acted,
  { server, errorBound, offset }: Proposal,
  { sum }: ClockTrust,
  host: ApplyPorts['host'],
): string | undefined {
  if (ending.kind !== 'adjusted') return undefined;
  const { at, decision, slew } = ending;
  const left = Math.abs(offset - decision.offset);
  try {
    return host.remember({ at, correction: decision, server, errorBound: errorBound + left, sum });
  } catch (error) {
    // Otherwise the rate that this process holds would outlast it.
    slew?.release();
    throw error;
  }
}

/** How restoring the kernel's rate ended. */
export type RateRestoration =
  | { readonly kind: 'restored' }
  | { readonly kind: 'would-restore' }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'busy'; readonly competitors: readonly Competitor[] }
  | { readonly kind: 'clock-error'; readonly error: ClockError };

/** Restores the rate that the kernel had before tsntp first set it, unless another program sets the clock. */
export function restoreRate(
  rate: KernelRate,
  { force }: Pick<ApplyOptions, 'force'>,
  lock: ClockLock,
  { clock, signal }: Pick<ApplyPorts, 'clock' | 'signal'>,
): RateRestoration {
  if (signal.aborted) return { kind: 'interrupted' };
  const competitors = lock.competitors.filter(({ kind }) => !force || kind === 'tsntp');
  if (competitors.length > 0) return { kind: 'busy', competitors };
  if (clock.setFrequency === undefined) return { kind: 'unsupported' };
  try {
    clock.setFrequency(rate);
    return { kind: clock.sets ? 'restored' : 'would-restore' };
  } catch (error) {
    if (!(error instanceof ClockError)) throw error;
    return { kind: 'clock-error', error };
  }
}
