// The outcome of `wait` → one sentence: why the clock is not good, and what could set it; and the content of its JSON report.

import { slewDuration } from '../clock/clock.ts';
import { formatInstant, type Seconds } from '../ntp/time.ts';
import type { Shortcoming, WaitOutcome } from '../wait.ts';
import { formatDuration, formatOffset, toSecond } from './quantity.ts';

/** Describes the outcome in words. */
export function explainWait(outcome: WaitOutcome): string {
  const { took } = outcome;
  const after = `after ${took < 1 ? `${Number(took.toFixed(1))} s` : formatWait(took)}`;
  switch (outcome.kind) {
    case 'good':
      return `this clock is good, ${after}`;
    case 'interrupted':
      return `interrupted ${after}: ${explainShortcomings(outcome.shortcomings)}`;
    case 'timed-out':
      return `this clock is not good ${after}: ${explainShortcomings(outcome.shortcomings)}${hintOf(outcome)}`;
    default:
      return outcome satisfies never;
  }
}

/** Why a clock is not good, without a period at the end. */
export function explainShortcomings(shortcomings: readonly Shortcoming[]): string {
  return shortcomings.map(shortcomingText).join('; ');
}

/** The content of the JSON report. Durations are in seconds, instants in RFC 3339. Unknown values are absent. */
export function waitContent(outcome: WaitOutcome): object {
  const shortcomings = 'shortcomings' in outcome ? outcome.shortcomings : [];
  return {
    result: outcome.kind,
    message: explainWait(outcome),
    took: outcome.took,
    shortcomings: shortcomings.map(shortcomingContent),
    ...(outcome.kind === 'timed-out' && { services: outcome.services }),
    ...(outcome.kind === 'timed-out' && outcome.hidden !== undefined && { servicesHidden: outcome.hidden }),
    ...outcome.kernel,
  };
}

function shortcomingContent(shortcoming: Shortcoming): object {
  const message = shortcomingText(shortcoming);
  if (shortcoming.kind !== 'before-release') return { ...shortcoming, message };
  const { now, release, ...rest } = shortcoming;
  return { ...rest, now: formatInstant(now), release: formatInstant(release), message };
}

/** A duration to the second: `3 min 5 s`. */
export function formatWait(seconds: Seconds): string {
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return minutes === 0 ? `${whole} s` : rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

function shortcomingText(shortcoming: Shortcoming): string {
  switch (shortcoming.kind) {
    case 'before-release':
      return `it shows ${toSecond(formatInstant(shortcoming.now))}, before this tsntp was released (${toSecond(formatInstant(shortcoming.release))})`;
    case 'unsynchronized':
      return 'the kernel does not consider it synchronized';
    case 'never-set':
      return 'this platform does not say whether it is synchronized, and tsntp has no record of having set it since boot';
    case 'slewing':
      return slewingText(shortcoming);
    case 'inaccurate': {
      const { error, limit } = shortcoming;
      return error === undefined
        ? `its likely error is unknown; at most ${formatDuration(limit)} is allowed`
        : `its likely error of ${formatDuration(error)} is over ${formatDuration(limit)}`;
    }
    default:
      return shortcoming satisfies never;
  }
}

function slewingText({ left, limit }: Extract<Shortcoming, { readonly kind: 'slewing' }>): string {
  if (left === undefined) return 'a correction is under way';
  const seconds = slewDuration(Math.abs(left) - limit);
  return `a correction of ${formatOffset(left)} is under way; at most ${formatDuration(limit)} may be left, in about ${formatWait(Math.ceil(seconds))}`;
}

/** What could set the clock; empty if it is set, and only not well enough. */
function hintOf({ services, hidden, shortcomings }: Extract<WaitOutcome, { kind: 'timed-out' }>): string {
  if (shortcomings.every(({ kind }) => kind === 'slewing' || kind === 'inaccurate')) return '';
  const names = services.map(({ name }) => name).join(' and ');
  if (names !== '') return `. ${names} sets this clock: see whether it reaches its servers`;
  const none = hidden === undefined ? 'No time service is running' : `No time service is seen (${hidden})`;
  return `. ${none}: run "tsntp sync", or let "tsntp schedule" do so at boot`;
}
