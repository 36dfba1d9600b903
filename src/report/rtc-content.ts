// The outcome of an action on the hardware clock → one sentence, and the content of its JSON report.
// Sign: a positive offset = the hardware clock is ahead of the system's.

import { formatInstant } from '../ntp/time.ts';
import type { RtcComparison, RtcOutcome } from '../rtc.ts';
import { formatOffset, toSecond } from './quantity.ts';
import { precisionText } from './rtc-precision.ts';
import { explainUntouched } from './untouched.ts';

/** Describes the outcome in words: what the hardware clock shows, and what was done or why not. */
export function explainRtc(outcome: RtcOutcome): string {
  const { floor } = outcome;
  const known =
    floor === undefined ? '' : `\nThe floor, for "tsntp rtc floor", is ${toSecond(formatInstant(floor))}.`;
  return `${explainAction(outcome)}${known}`;
}

function explainAction(outcome: RtcOutcome): string {
  const { comparison } = outcome;
  const done = actionText(outcome);
  if (!comparison || outcome.kind === 'clock-error') return done ?? '';
  const shown = comparisonText(comparison);
  if (['refused', 'busy', 'interrupted'].includes(outcome.kind)) return `${shown}: ${done}`;
  const others = comparison.otherDevices;
  const more = others.length > 0 ? `\nThis machine also has ${others.join(', ')}: see --device.` : '';
  return `${shown}${done === undefined ? '' : `; ${done}`}.${more}`;
}

/** The content of the JSON report. Durations are in seconds, instants in RFC 3339. Later releases only add keys. */
export function rtcContent(outcome: RtcOutcome): object {
  const { kind, comparison, floor, warnings } = outcome;
  const done = actionText(outcome);
  return {
    result: kind,
    ...(comparison && { ...comparison, time: formatInstant(comparison.time) }),
    ...(outcome.kind === 'written' && outcome.written && { written: outcome.written }),
    ...(floor !== undefined && { floor: formatInstant(floor) }),
    ...(done !== undefined && { message: done }),
    ...(outcome.kind === 'clock-error' && {
      error: { kind: outcome.error.kind, message: outcome.error.message },
    }),
    warnings,
  };
}

function comparisonText({ device, utc, time, offset }: RtcComparison): string {
  const kept = utc ? 'UTC' : 'local time';
  const second = formatInstant(time).replace(/\.0+Z$/, 'Z');
  return `${device} shows ${second} (keeps ${kept}), ${formatOffset(offset)} from the system clock`;
}

/** What was done, or why not; undefined for `show`, which does nothing. */
function actionText(outcome: RtcOutcome): string | undefined {
  switch (outcome.kind) {
    case 'shown':
      return undefined;
    case 'written':
      return `it has been set to the system clock${precisionText(outcome.written)}`;
    case 'would-write':
      return 'it would be set to the system clock';
    case 'adjusted':
      return 'the system clock has been set to it';
    case 'would-adjust':
      return 'the system clock would be set to it';
    default:
      return explainUntouched(outcome, 'the hardware clock is');
  }
}
