// An outcome of `rtc` that left the clock as it was → why, in words.

import type { FloorOutcome } from '../floor.ts';
import type { RtcOutcome } from '../rtc.ts';
import { explainCompetitor } from './labels.ts';
import { explainRefusal } from './refusal.ts';

type Untouched = Extract<
  FloorOutcome | RtcOutcome,
  { readonly kind: 'unchanged' | 'refused' | 'busy' | 'interrupted' | 'clock-error' }
>;

/** Explains why the clock was not set; `whoseTime` names the source of the time, as in `the floor is`. */
export function explainUntouched(outcome: Untouched, whoseTime: string): string {
  switch (outcome.kind) {
    case 'unchanged':
      return 'nothing to correct';
    case 'refused':
      return explainRefusal(outcome, whoseTime);
    case 'busy':
      return outcome.competitors.map(explainCompetitor).join('; ');
    case 'interrupted':
      return 'interrupted; the clock was not touched';
    case 'clock-error':
      return outcome.error.message;
    default:
      return outcome satisfies never;
  }
}
