// The outcome of `rtc floor` → one sentence, and the content of its JSON report.

import type { FloorComparison, FloorOutcome } from '../floor.ts';
import { difference, formatInstant } from '../ntp/time.ts';
import { formatSize, toSecond } from './quantity.ts';
import { explainUntouched } from './untouched.ts';

/** Describes the outcome in words: what the clock and the floor show, and what was done or why not. */
export function explainFloor(outcome: FloorOutcome): string {
  const { comparison } = outcome;
  if (comparison === undefined) return actionText(outcome);
  if (outcome.kind === 'clock-error') return `${comparisonText(comparison)}: ${actionText(outcome)}`;
  return `${comparisonText(comparison)}; ${actionText(outcome)}`;
}

/** The content of the JSON report. Durations are in seconds, instants in RFC 3339. Later releases only add keys. */
export function floorContent(outcome: FloorOutcome): object {
  const { kind, comparison, warnings } = outcome;
  return {
    result: kind,
    ...(comparison && {
      floor: formatInstant(comparison.floor),
      path: comparison.path,
      now: formatInstant(comparison.now),
      offset: difference(comparison.floor, comparison.now),
    }),
    message: explainFloor(outcome),
    ...(outcome.kind === 'clock-error' && {
      error: { kind: outcome.error.kind, message: outcome.error.message },
    }),
    warnings,
  };
}

function comparisonText({ floor, path, now }: FloorComparison): string {
  const side = now < floor ? 'before' : 'after';
  const distance = formatSize(difference(floor, now));
  return `this clock shows ${toSecond(formatInstant(now))}, ${distance} ${side} the floor ${toSecond(formatInstant(floor))} (${path})`;
}

/** What was done, or why not. */
function actionText(outcome: FloorOutcome): string {
  switch (outcome.kind) {
    case 'no-floor':
      if (outcome.warnings.length > 0) return 'no floor is known: what is kept could not be read';
      return 'no floor is known yet: the next "tsntp sync" that measures the time keeps one';
    case 'above-floor':
      return 'nothing to do';
    case 'vouched':
      return `${VOUCHERS[outcome.by]}, which counts more: nothing was done. The next sync corrects the floor`;
    case 'implausible-floor':
      return 'that is more than 20 years after this tsntp was released, so the clock was not set. Remove the file, or use -g to accept it';
    case 'adjusted':
      return 'the clock has been set to it. It is not synchronized: this is the last measured time, not the present one';
    case 'would-adjust':
      return 'the clock would be set to it';
    default:
      return explainUntouched(outcome, 'the floor is');
  }
}

const VOUCHERS = {
  tsntp: 'but tsntp has set it since boot',
  kernel: 'but the kernel considers it synchronized',
} as const;
