// Why the panic limit did not hold for a correction that is over it: the first of the reasons that decide.ts knows.

import { type ClockTrust, isVouchedFor } from '../ntp/clock-trust.ts';
import { type Decision, PANICT } from '../ntp/decide.ts';

/** What waived the panic limit, in words; empty for a correction that needed no waiver. */
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
