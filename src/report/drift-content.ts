// The outcome of `drift` → one sentence, and the content of its JSON report. Rates are corrections in ppm, durations seconds,
// instants RFC 3339. Later releases only add keys; unknown values are absent.

import type { DriftOutcome, RateReset } from '../drift.ts';
import type { RateExpectation } from '../ntp/drift/boots.ts';
import { chronydDriftFile, ntpdDriftFile } from '../ntp/drift/drift-file.ts';
import { isSameRate, type KernelRate, rateOf } from '../ntp/drift/kernel-rate.ts';
import { formatInstant } from '../ntp/time.ts';
import type { MachineDrift } from '../pipeline/machine-drift.ts';
import { explainDriftGate } from './drift-gate.ts';
import { count, explainCompetitor } from './labels.ts';
import { formatRate } from './quantity.ts';
import { explainRate, tendency, tenths, UNREADABLE } from './rate-words.ts';

/** The program that an exported drift file is for. */
export type DriftProgram = 'ntpd' | 'chronyd';

/** The text of the drift file of another program. */
export function driftFileText(program: DriftProgram, rate: { frequency: number; sigma: number }): string {
  return program === 'ntpd' ? ntpdDriftFile(rate.frequency) : chronydDriftFile(rate.frequency, rate.sigma);
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
    case 'unknown':
      return "the kernel's rate stays as it is: the memory could not be read, and does not tell what it was before";
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
  return `${rate.from}'s drift file ${verb} imported: this clock ${tendency(rate.frequency)}; ${weight}`;
}

/** What an imported rate is worth before anything is measured in this boot. */
function weightOf({ agreed, sigma }: RateExpectation): string {
  if (agreed) return 'it agrees with earlier boots, and the next run of tsntp sync starts from it';
  return (
    `it is a hint (± ${tenths(sigma)} ppm, because a boot may change the rate): a run of tsntp sync at least ` +
    '15 minutes after the first of this boot sets the rate'
  );
}

/** The content of the JSON report. `program` is what `export` is for. */
export function driftContent(outcome: DriftOutcome, program?: DriftProgram): object {
  return {
    result: outcome.kind,
    message: explainDrift(outcome),
    ...detailsOf(outcome, program),
    warnings: outcome.warnings,
  };
}

function detailsOf(outcome: DriftOutcome, program: DriftProgram | undefined): object {
  switch (outcome.kind) {
    case 'shown':
    case 'nothing-known':
      return driftStateContent(outcome.state);
    case 'exported':
      return { ...outcome.rate, ...(program && { program, file: driftFileText(program, outcome.rate) }) };
    case 'imported':
    case 'would-import': {
      const { from, ...rate } = outcome.rate;
      return { program: from, ...rate, runs: outcome.runs };
    }
    case 'reset':
    case 'would-reset':
      return { kernel: outcome.kernel };
    case 'not-remembered':
      return { ...(outcome.kernel && { kernel: outcome.kernel }) };
    case 'busy':
      return { competitors: outcome.competitors };
    case 'clock-error':
      return { error: { kind: outcome.error.kind, message: outcome.error.message } };
    case 'nothing-to-forget':
    case 'interrupted':
      return {};
    default:
      return outcome satisfies never;
  }
}

/** What is known of the rate as JSON. */
export function driftStateContent({
  rate,
  gate,
  history,
  ...known
}: Omit<MachineDrift, 'warnings'> & { readonly warnings?: readonly string[] }): object {
  const { warnings: _, ...rest } = known;
  return {
    ...rate,
    ...rest,
    ...(gate && { gate: gate.kind, reason: explainDriftGate(gate) }),
    history: history.map(({ at, ...entry }) => ({ at: formatInstant(at), ...entry })),
  };
}
