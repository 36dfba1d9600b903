// Why a correction was refused: the limit, what is over it, what the hardware clock says, and what to do.

import type { ClockTrust } from '../ntp/clock-trust.ts';
import type { Decision } from '../ntp/decide.ts';
import type { Testimony } from '../ntp/witness.ts';
import { formatSize } from './quantity.ts';

export type Refusal = Extract<Decision, { readonly kind: 'refuse' }>;

/** In words, to follow the offset; without a full stop at the end. */
export function explainRefusal({ by, limit, offset }: Refusal, clockTrust: ClockTrust | undefined): string {
  if (by === 'max-offset') return `over --max-offset ${limit} s; left alone`;
  const what =
    Math.abs(offset) <= limit && clockTrust
      ? `with the corrections made since boot this comes to ${formatSize(clockTrust.sum)}, over the panic limit of ${limit} s`
      : `over the panic limit of ${limit} s for a clock that was set before`;
  return `${what}; left alone.${said(clockTrust?.witness)} If this is right, use -g`;
}

function said(witness: Testimony | undefined): string {
  switch (witness) {
    case 'clock':
      return ' The hardware clock agrees with this clock.';
    case 'neither':
      return ' The hardware clock agrees with neither.';
    case 'servers':
    case undefined:
      return '';
    default:
      return witness satisfies never;
  }
}
