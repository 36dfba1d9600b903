// A refused correction → the reason in words: the limit, what exceeds it, what the hardware clock shows, and what to do.

import type { ClockTrust } from '../ntp/clock-trust.ts';
import type { Seconds } from '../ntp/time.ts';
import type { Testimony } from '../ntp/witness.ts';
import type { Ending } from '../pipeline/outcome.ts';
import { formatSize } from './quantity.ts';

type Refused = Extract<Ending, { readonly kind: 'refused' }>;

/** A refused correction. A query decides on none, and therefore knows nothing of the clock. */
export type Refusal = Pick<Refused, 'decision' | 'from'> & { readonly clockTrust?: ClockTrust | undefined };

/**
 * Explains a refusal; `whoseTime` names the source of the time: `the servers are`. The text follows the offset and has no
 * period at the end.
 */
export function explainRefusal({ decision, clockTrust, from }: Refusal, whoseTime: string): string {
  const { by, limit, offset } = decision;
  const left = clockTrust ? ', so the clock was not set' : '';
  if (by === 'max-offset') {
    if (from === undefined) return `over the maxOffset of ${limit} s${left}`;
    const advice = clockTrust && limitOver(offset);
    const run = advice ? `. If ${whoseTime} right, run once with --max-offset ${advice}` : '';
    return `over the max-offset of ${limit} s (${from})${left}${run}`;
  }
  const what =
    Math.abs(offset) <= limit && clockTrust
      ? `with the corrections since boot, the total is ${formatSize(clockTrust.sum)}, over the panic limit of ${limit} s`
      : `over the panic limit of ${limit} s for a clock that was set before`;
  return `${what}${left}.${testimonyText(clockTrust?.witness)} If ${whoseTime} right, run again with -g`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** A value of --max-offset that allows an offset: `2h`; undefined if none does. */
function limitOver(offset: Seconds): string | undefined {
  const size = Math.abs(offset);
  if (!Number.isFinite(size)) return undefined;
  const [unit, seconds] = UNITS.find(([, each]) => size >= each) ?? ['s', 1];
  return `${Math.floor(size / seconds) + 1}${unit}`;
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
