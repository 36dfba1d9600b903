// What is known of the rate of a clock, and how an action on it ended → the content of its JSON report. Rates are corrections
// in ppm, durations seconds, instants RFC 3339. Later releases only add keys; unknown values are absent.

import type { DriftOutcome } from '../drift.ts';
import { chronydDriftFile, ntpdDriftFile } from '../ntp/drift/drift-file.ts';
import { formatInstant } from '../ntp/time.ts';
import type { MachineDrift } from '../pipeline/known-drift.ts';
import { explainDriftGate } from './drift-gate.ts';
import { explainDrift } from './known-rate.ts';

/** The program that an exported drift file is for. */
export type DriftProgram = 'ntpd' | 'chronyd';

/** The text of the drift file of another program. */
export function driftFileText(program: DriftProgram, rate: { frequency: number; sigma: number }): string {
  return program === 'ntpd' ? ntpdDriftFile(rate.frequency) : chronydDriftFile(rate.frequency, rate.sigma);
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
