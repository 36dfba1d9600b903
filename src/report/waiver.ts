// A correction over the panic limit → why the limit was waived: the first reason in the order of decide.ts.

import { type ClockTrust, isVouchedFor } from '../ntp/clock-trust.ts';
import { type Decision, PANICT } from '../ntp/decide.ts';

/** Explains why the panic limit was waived; empty if the correction needed no waiver. */
export function explainWaiver(
  { offset }: Extract<Decision, { readonly kind: 'slew' | 'step' }>,
  clockTrust: ClockTrust | undefined,
): string {
  if (!clockTrust || (Math.abs(offset) <= PANICT && clockTrust.witness === undefined)) return '';
  return `the panic limit of ${PANICT} s was waived ${waivedBy(clockTrust)}`;
}

function waivedBy(clockTrust: ClockTrust): string {
  if (clockTrust.beforeRelease) return 'for a clock that showed a time before this release';
  if (!isVouchedFor(clockTrust)) return 'for the first correction since boot';
  if (clockTrust.witness === 'servers') return 'because the hardware clock agrees with the servers';
  return 'by -g';
}
