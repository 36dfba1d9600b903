// A proposed correction, the limits, and what is known of this clock → the decision on it, and what it rests on.
// Sign: a positive offset = our clock is behind = the correction moves it forward.

import type { Clock } from '../clock/clock.ts';
import { type ClockTrust, isVouchedFor } from '../ntp/clock-trust.ts';
import { type CorrectionLimits, type Decision, decide } from '../ntp/decide.ts';
import { addUp } from '../ntp/sum.ts';
import type { Seconds, UnixTime } from '../ntp/time.ts';
import { testimonyOf } from '../ntp/witness.ts';
import type { Host, Memory } from './ports.ts';

/** What judging uses of a machine. */
export interface JudgePorts {
  readonly clock: Clock;
  readonly host: Pick<Host, 'hardwareAhead'>;
  /** The release of this program: a clock that shows an earlier time is wrong. */
  readonly release: UnixTime;
}

/**
 * Decides on a correction of `offset` seconds, which is off by `errorBound` at most. Consults the hardware clock only if the
 * correction would otherwise be refused.
 */
export function judge(
  { offset, errorBound }: { readonly offset: Seconds; readonly errorBound: Seconds },
  limits: CorrectionLimits,
  memory: Memory,
  { clock, host, release }: JudgePorts,
): { readonly decision: Decision; readonly clockTrust: ClockTrust } {
  const { synchronized = false, slewRemaining = 0 } = clock.status();
  const known = { setSinceBoot: memory.setSinceBoot, synchronized, beforeRelease: clock.now() < release };
  const anew = limits.allowAnyOffset || !isVouchedFor(known);
  const clockTrust = { ...known, sum: anew ? 0 : addUp(offset, { ...memory, underWay: slewRemaining }) };
  const decision = decide(offset, limits, clockTrust);
  if (decision.kind !== 'refuse' || decision.by !== 'panic') return { decision, clockTrust };
  const ahead = host.hardwareAhead();
  if (ahead === undefined) return { decision, clockTrust };
  const witness = testimonyOf(ahead, offset, errorBound);
  // A correction that the hardware clock confirms does not change the sum of the others.
  const witnessed = { ...clockTrust, ...(witness === 'servers' && { sum: memory.sum }), witness };
  return { decision: decide(offset, limits, witnessed), clockTrust: witnessed };
}
