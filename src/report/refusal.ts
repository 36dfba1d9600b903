// A refused correction → the reason in words: the limit, what exceeds it, what the hardware clock shows, and what to do.

import type { ClockTrust } from '../ntp/clock-trust.ts';
import type { Decision } from '../ntp/decide.ts';
import type { Testimony } from '../ntp/witness.ts';
import { formatSize } from './quantity.ts';

/** A decision to refuse a correction. */
export type Refusal = Extract<Decision, { readonly kind: 'refuse' }>;

/** Explains a refusal. The text follows the offset and has no period at the end. */
export function explainRefusal({ by, limit, offset }: Refusal, clockTrust: ClockTrust | undefined): string {
  if (by === 'max-offset') return `over --max-offset ${limit} s; left alone`;
  const what =
    Math.abs(offset) <= limit && clockTrust
      ? `with the corrections since boot, the total is ${formatSize(clockTrust.sum)}, over the panic limit of ${limit} s`
      : `over the panic limit of ${limit} s for a clock that was set before`;
  return `${what}; left alone.${testimonyText(clockTrust?.witness)} If this is right, use -g`;
}

function testimonyText(witness: Testimony | undefined): string {
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
