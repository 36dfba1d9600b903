// The null driver, behind --query, --debug and --dry-run: the readings are those of the clock under it; what
// would change that clock is written down instead.

import type { Seconds } from '../ntp/time.ts';
import type { Clock, Quality } from './clock.ts';

/** A call that would have changed the clock. */
export type RecordedCall =
  | { readonly kind: 'step'; readonly offset: Seconds }
  | { readonly kind: 'slew'; readonly offset: Seconds }
  | { readonly kind: 'declare-synchronized'; readonly quality: Quality };

export interface DryRunClock extends Clock {
  /** In the order of the calls. */
  readonly recorded: readonly RecordedCall[];
}

/** `clock`, but nothing is ever set; a slew is over at once. */
export function dryRun(clock: Clock): DryRunClock {
  const recorded: RecordedCall[] = [];
  return {
    ...clock,
    name: 'dry-run',
    sets: false,
    recorded,
    step(offset) {
      recorded.push({ kind: 'step', offset });
    },
    slew(offset) {
      recorded.push({ kind: 'slew', offset });
      return { unattended: true, remaining: () => 0, release() {} };
    },
    declareSynchronized(quality) {
      recorded.push({ kind: 'declare-synchronized', quality });
    },
  };
}
