// An outcome of the library → the JSON object and the sentences that the command prints for it.

import type { CheckedTarget, FleetOutcome } from '../fleet/fleet-outcome.ts';
import type { QueryOutcome, ServerReport, SyncOutcome } from '../pipeline/outcome.ts';
import { exitCodeOf } from '../report/exit-code.ts';
import { fleetReportOf } from '../report/fleet/fleet-content.ts';
import type { FleetReport } from '../report/fleet/fleet-report-type.ts';
import { findingSentence, totalsOf } from '../report/fleet/fleet-words.ts';
import { reportOf } from '../report/json.ts';
import { reasonOf } from '../report/reason.ts';
import type { Report } from '../report/report-type.ts';
import { summaryOf } from '../report/summary.ts';

/**
 * Converts an outcome into the object that `tsntp --format json` prints; report.schema.json describes it, and fleet.schema.json that
 * of a check. It contains only values that JSON can represent. `exitCode` is the exit code of the command for this outcome; 130
 * after an abort.
 */
export function report(outcome: FleetOutcome): FleetReport;
export function report(outcome: QueryOutcome | SyncOutcome): Report;
export function report(outcome: QueryOutcome | SyncOutcome | FleetOutcome): Report | FleetReport {
  if (isFleetOutcome(outcome)) return fleetReportOf(outcome, { exitCode: exitCodeOf(outcome, undefined) });
  if (!isOutcome(outcome)) throw new TypeError('report() takes the outcome of sync(), query() or check()');
  return reportOf(outcome, {
    command: outcome.command,
    exitCode: exitCodeOf(outcome, undefined),
  });
}

/**
 * Describes an outcome in a sentence; a server in a few words: why it was not used, or `used`; or a target of a check: its verdict,
 * its offset, and the reason. With `outcome`, the words about a server are more precise. The words may change between releases.
 */
export function explain(outcome: QueryOutcome | SyncOutcome | FleetOutcome): string;
export function explain(server: ServerReport, outcome?: QueryOutcome | SyncOutcome): string;
export function explain(target: CheckedTarget): string;
export function explain(
  subject: QueryOutcome | SyncOutcome | FleetOutcome | ServerReport | CheckedTarget,
  outcome?: QueryOutcome | SyncOutcome,
): string {
  if (isFleetOutcome(subject)) return subject.kind === 'no-reference' ? subject.reason : totalsOf(subject);
  if (isOutcome(subject)) return summaryOf(subject);
  if (isCheckedTarget(subject)) return findingSentence(subject);
  if (!isServerReport(subject))
    throw new TypeError(
      'explain() takes the outcome of sync(), query() or check(), or one of its servers or targets',
    );
  return reasonOf(subject, outcome ?? { kind: 'interrupted' }) || 'used';
}

/** Callers without types may give a status or what is known of the rate. */
function isOutcome(subject: object): subject is QueryOutcome | SyncOutcome {
  return 'servers' in subject && 'command' in subject;
}

function isFleetOutcome(subject: object): subject is FleetOutcome {
  return (
    'kind' in subject && (subject.kind === 'no-reference' || ('targets' in subject && 'skews' in subject))
  );
}

function isServerReport(subject: object): subject is ServerReport {
  return 'server' in subject && 'verdict' in subject;
}

function isCheckedTarget(subject: object): subject is CheckedTarget {
  return 'target' in subject && 'verdict' in subject;
}
