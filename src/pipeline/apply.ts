// The one door to the clock: a proposed correction → limits, memory, the hardware clock as a witness, competitors → at
// most one step or slew. Every correction passes through here, whether it comes from servers or from the hardware
// clock.
// Sign: a positive offset = our clock is behind = the correction moves it forward.

import { type Clock, ClockError } from '../clock/clock.ts';
import { type ClockTrust, isVouchedFor } from '../ntp/clock-trust.ts';
import { type Decision, decide, type Limits } from '../ntp/decide.ts';
import { addUp } from '../ntp/sum.ts';
import type { Seconds, UnixTime } from '../ntp/time.ts';
import { testimonyOf } from '../ntp/witness.ts';
import type { Competitor, Correction, Ending, LimitsFrom } from './outcome.ts';
import type { ClockLock, Host, Memory } from './ports.ts';

/** A correction and its origin. */
export interface Proposal {
  readonly offset: Seconds;
  /** The true offset lies within offset ± this, in seconds. */
  readonly errorBound: Seconds;
  /** The server or device, for the state file. */
  readonly server: string;
}

export interface ApplyOptions extends Limits {
  /** Set the clock even if another time service sets it. Another run of tsntp still prevents that. */
  readonly force: boolean;
  readonly limitsFrom?: LimitsFrom;
}

export interface ApplyPorts {
  readonly clock: Clock;
  readonly host: Pick<Host, 'recall' | 'remember' | 'hardwareAhead'>;
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
  const ending = act(decision, competitors, options.limitsFrom, ports);
  const kept = keep(ending, proposal, clockTrust, ports.host);
  const warnings = [...lock.warnings, memory.warning, kept].filter(warning => warning !== undefined);
  return { ...ending, clockTrust, warnings };
}

/** Consults the hardware clock only for a correction that would otherwise be refused. */
function judge(
  { offset, errorBound }: Proposal,
  options: ApplyOptions,
  memory: Memory,
  { clock, host, release }: ApplyPorts,
): { readonly decision: Decision; readonly clockTrust: ClockTrust } {
  const { synchronized = false, slewRemaining = 0 } = clock.status();
  const known = { setSinceBoot: memory.setSinceBoot, synchronized, beforeRelease: clock.now() < release };
  const anew = options.allowAnyOffset || !isVouchedFor(known);
  const clockTrust = { ...known, sum: anew ? 0 : addUp(offset, { ...memory, underWay: slewRemaining }) };
  const decision = decide(offset, options, clockTrust);
  if (decision.kind !== 'refuse' || decision.by !== 'panic') return { decision, clockTrust };
  const ahead = host.hardwareAhead();
  if (ahead === undefined) return { decision, clockTrust };
  const witness = testimonyOf(ahead, offset, errorBound);
  // A correction that the hardware clock confirms does not change the sum of the others.
  const witnessed = { ...clockTrust, ...(witness === 'servers' && { sum: memory.sum }), witness };
  return { decision: decide(offset, options, witnessed), clockTrust: witnessed };
}

type Acted = Without<Applied, 'clockTrust' | 'warnings'>;

/** The only function that moves the clock. */
function act(
  decision: Decision,
  competitors: readonly Competitor[],
  limitsFrom: LimitsFrom | undefined,
  { clock, signal }: Pick<ApplyPorts, 'clock' | 'signal'>,
): Acted {
  if (signal.aborted) return { kind: 'interrupted' };
  if (decision.kind === 'refuse') return refused(decision, limitsFrom);
  if (competitors.length > 0) return { kind: 'busy', decision, competitors };
  if (decision.kind === 'none') return { kind: 'unchanged' };
  return move(decision, clock);
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

/** Records a correction. A failure is a warning, because the clock is set anyway. */
function keep(
  ending: Acted,
  { server, errorBound }: Proposal,
  { sum }: ClockTrust,
  host: ApplyPorts['host'],
): string | undefined {
  if (ending.kind !== 'adjusted') return undefined;
  const { at, decision, slew } = ending;
  try {
    return host.remember({ at, correction: decision, server, errorBound, sum });
  } catch (error) {
    // Otherwise the rate that this process holds would outlast it.
    slew?.release();
    throw error;
  }
}
