// What a run has found out about the rate of the clock → the end of its summary, its notes, and its warnings.

import type { DriftGate } from '../ntp/drift/closed-gate.ts';
import { rateOf } from '../ntp/drift/kernel-rate.ts';
import type { DriftFindings, Outcome } from '../pipeline/outcome.ts';
import { explainDriftGate, isFault } from './drift-gate.ts';
import { count } from './labels.ts';
import { formatDuration, formatRate } from './quantity.ts';

/** The gates behind which nothing is known of the time until the next run. */
const UNKNOWING: readonly DriftGate['kind'][] = [
  'too-early',
  'other-boot',
  'other-clocksource',
  'raw-went-backwards',
];

/** `; expected error until the next run: ± 0.400 ms`, if it is known; before it, the rate that a dry run would set. */
export function outlookText({ kind, drift }: Outcome): string {
  if (drift === undefined) return '';
  const { set } = drift;
  const would = kind === 'would-adjust' && set ? `; its rate would be set to ${formatRate(rateOf(set))}` : '';
  return `${would}${isKnown(drift) ? `; ${expectationText(drift)}` : ''}`;
}

function expectationText({ expectedError }: DriftFindings): string {
  return `expected error until the next run: ± ${formatDuration(expectedError)}`;
}

/** The expected error as a line of its own, for a report without the summary. */
export function expectationNotes({ drift }: Outcome): readonly string[] {
  return drift && isKnown(drift) ? [expectationText(drift)] : [];
}

/** Whether it is known how far off the clock will be until the next run. */
export function isKnown({ gate }: DriftFindings): boolean {
  return gate === undefined || !UNKNOWING.includes(gate.kind);
}

/** What -v adds: the rate that was set, or why it was not; without what is already a warning. */
export function driftNotes({ kind, drift }: Outcome): readonly string[] {
  if (drift === undefined || isWarning(drift)) return [];
  const { gate, set, frequency, sigma, runs } = drift;
  if (gate) return [leftAlone(gate)];
  const known = `${formatRate(frequency)} ± ${sigma.toFixed(3)} ppm from ${count(runs, 'run')}`;
  if (!set) return [`the rate of the clock was not set; it is known as ${known}`];
  const was = kind === 'would-adjust' ? 'would be' : 'was';
  return [`the rate of the clock ${was} set to ${formatRate(rateOf(set))} (${known})`];
}

/** What is wrong with the rate of the clock, when a run finds it for the first time. */
export function driftWarnings({ drift }: Outcome): readonly string[] {
  return drift?.gate && isWarning(drift) ? [leftAlone(drift.gate)] : [];
}

function isWarning({ gate, gateIsNew }: DriftFindings): boolean {
  return gate !== undefined && isFault(gate) && gateIsNew === true;
}

function leftAlone(gate: DriftGate): string {
  return `the rate of the clock was left alone: ${explainDriftGate(gate)}`;
}
