// What is known of the rate of a clock, and how an action on it ended → words.
// Sign: a rate is a correction in ppm: positive = the clock loses = the kernel makes it faster.

import type { DriftOutcome, RateReset } from '../drift.ts';
import type { RateExpectation } from '../ntp/drift/boots.ts';
import type { DriftState } from '../ntp/drift/drift-state.ts';
import { isSameRate, type KernelRate, rateOf } from '../ntp/drift/kernel-rate.ts';
import type { MachineDrift } from '../pipeline/known-drift.ts';
import { count, explainCompetitor } from './labels.ts';
import { formatDuration, formatRate } from './quantity.ts';

const UNREADABLE = "only root can read what root's runs learned: sudo tsntp drift";
/** What a clock loses or gains in a day for each ppm, in seconds. */
const A_DAY = 0.0864;
/** Rates closer than this, in ppm, are the same for words: 1.8 ms in an hour. */
const CLOSE = 0.5;

/** How fast the clock is by itself, and what makes up for it: `loses 3.24 s a day (37.5 ppm); the kernel makes up for it`. */
export function explainRate(
  state: Pick<DriftState, 'rate' | 'boots' | 'kernel' | 'set'> & Pick<MachineDrift, 'unreadable'>,
): string {
  const { rate, boots, unreadable } = state;
  if (rate === undefined && unreadable) return `unknown: ${UNREADABLE}`;
  if (rate === undefined) return 'unknown: it takes two runs of tsntp sync, a quarter of an hour apart';
  if (rate.from === 'this-boot') return `${tendency(rate.frequency)}${compensation(state, rate)}`;
  const imported = boots.every(({ runs }) => runs === 0);
  const by = imported ? 'by the imported drift file' : 'by what it did before';
  return `${tendency(rate.frequency)} ${by}; not yet measured in this boot`;
}

/** `loses 3.24 s a day (37.5 ppm)`. */
export function tendency(frequency: number): string {
  const size = Math.abs(frequency);
  const seconds = size * A_DAY;
  const text = seconds >= 1 && seconds < 1000 ? `${seconds.toFixed(2)} s` : formatDuration(seconds);
  const ppm = ppmText(frequency);
  if (ppm === '0') return 'neither loses nor gains (0 ppm)';
  return `${frequency > 0 ? 'loses' : 'gains'} ${text} a day (${ppm} ppm)`;
}

/** `loses 37.5 ppm`. */
export function trend(frequency: number): string {
  const ppm = ppmText(frequency);
  if (ppm === '0') return '0 ppm';
  return `${frequency > 0 ? 'loses' : 'gains'} ${ppm} ppm`;
}

/** The size of a rate: `37.5`, `3.240`. */
function ppmText(frequency: number): string {
  const size = Math.abs(frequency);
  return size < 0.0005 ? '0' : size.toFixed(size < 10 ? 3 : 1);
}

function compensation(
  { kernel, set }: Pick<DriftState, 'kernel' | 'set'>,
  { frequency, sigma }: NonNullable<DriftState['rate']>,
): string {
  if (kernel === undefined) return '; what the kernel does about it is not known';
  const made = rateOf(kernel);
  const isClose = Math.abs(frequency - made) <= Math.max(CLOSE, 3 * sigma);
  if (made === 0 && isClose) return ', which needs no correction';
  if (made === 0) return `; nothing makes up for it${set === undefined ? ' yet' : ''}`;
  if (isClose || (set && isSameRate(set, kernel))) return '; the kernel makes up for it';
  return `; but the kernel corrects its rate by ${formatRate(made)}`;
}

/** What the kernel does to the rate, and which program told it to. */
export function explainKernelRate({
  kernel,
  set,
  found,
}: Pick<DriftState, 'kernel' | 'set' | 'found'>): string {
  const own = set && `tsntp set ${formatRate(rateOf(set))} at ${set.at.replace(/\.\d+Z$/, 'Z')}`;
  if (kernel === undefined) return own ?? 'unknown';
  const now = formatRate(rateOf(kernel));
  if (set === undefined) return `${now}, not set by tsntp`;
  const before = found ? `; before tsntp it was ${formatRate(rateOf(found))}` : '';
  if (!isSameRate(set, kernel)) return `${now}, set by another program after ${own}${before}`;
  return `${now}, set by tsntp at ${set.at.replace(/\.\d+Z$/, 'Z')}${before}`;
}

/** Describes how an action ended, in a sentence. */
export function explainDrift(outcome: DriftOutcome): string {
  switch (outcome.kind) {
    case 'shown':
      return `this clock ${explainRate(outcome.state)}`;
    case 'exported':
      return `this clock ${tendency(outcome.rate.frequency)}`;
    case 'nothing-known':
      if (outcome.state.unreadable) return `the rate of this clock is not known to this user: ${UNREADABLE}`;
      return 'the rate of this clock is not known yet: it takes two runs of tsntp sync, a quarter of an hour apart, or tsntp drift import';
    case 'reset':
      return `the rate of this clock is forgotten; ${explainReset(outcome.kernel)}`;
    case 'nothing-to-forget':
      return 'nothing is known of the rate of this clock: there is nothing to forget';
    case 'would-reset':
      return `the rate of this clock would be forgotten; ${explainReset(outcome.kernel)}`;
    case 'imported':
    case 'would-import':
      return explainImport(outcome);
    case 'not-remembered': {
      const { kernel, problem } = outcome;
      return kernel === undefined ? problem : `${explainReset(kernel)}, but ${problem}`;
    }
    case 'busy':
      return outcome.competitors.map(explainCompetitor).join('; ');
    case 'interrupted':
      return 'interrupted; nothing was changed';
    case 'clock-error':
      return outcome.error.message;
    default:
      return outcome satisfies never;
  }
}

function explainReset(kernel: RateReset): string {
  switch (kernel.kind) {
    case 'restored':
    case 'would-restore':
      return explainRestored(kernel);
    case 'never-set':
      return "the kernel's rate stays as it is: tsntp has not set it";
    case 'other-boot':
      return "the kernel's rate stays as it is: tsntp has not set it since the machine booted";
    case 'unsupported':
      return "the kernel's rate stays as it is: tsntp cannot set it on this platform";
    default:
      return kernel satisfies never;
  }
}

function explainRestored({
  kind,
  to,
  before,
}: {
  readonly kind: 'restored' | 'would-restore';
  readonly to: KernelRate;
  readonly before?: KernelRate;
}): string {
  const verb = kind === 'restored' ? 'is' : 'would be';
  const from = before && !isSameRate(before, to) ? ` (from ${formatRate(rateOf(before))})` : '';
  return `the kernel's rate ${verb} back at ${formatRate(rateOf(to))}${from}`;
}

function explainImport({
  kind,
  rate,
  runs,
  expectation,
}: Extract<DriftOutcome, { kind: 'imported' | 'would-import' }>): string {
  const verb = kind === 'imported' ? 'is' : 'would be';
  const weight =
    runs === 0 ? weightOf(expectation) : `it weighs less than the ${count(runs, 'sample')} of this boot`;
  return `${rate.from}'s drift file ${verb} taken over: this clock ${tendency(rate.frequency)}; ${weight}`;
}

/** What an imported rate is worth before anything is measured in this boot. */
function weightOf({ agreed, sigma }: RateExpectation): string {
  if (agreed) return 'it agrees with earlier boots, and the next run of tsntp sync starts from it';
  return (
    `it is a hint (± ${tenths(sigma)} ppm, because a boot may change the rate): a run of tsntp sync at least ` +
    '15 minutes after the first of this boot sets the rate'
  );
}

/** `20`, `7.3`. */
export function tenths(value: number): string {
  return String(Number(value.toFixed(1)));
}
