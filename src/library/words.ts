// An outcome of the library → the JSON object and the sentences that the command prints for it.

import type { QueryOutcome, ServerReport, SyncOutcome } from '../pipeline/outcome.ts';
import { exitCodeOf } from '../report/exit-code.ts';
import { reportOf } from '../report/json.ts';
import { reasonOf } from '../report/reason.ts';
import type { Report } from '../report/report-type.ts';
import { summaryOf } from '../report/summary.ts';

/**
 * Converts an outcome into the object that `tsntp --format json` prints; report.schema.json describes it. It contains only
 * values that JSON can represent. `exitCode` is the exit code of the command for this outcome; 130 after an abort.
 */
export function report(outcome: QueryOutcome | SyncOutcome): Report {
  if (!isOutcome(outcome)) throw new TypeError('report() takes the outcome of sync() or query()');
  return reportOf(outcome, {
    command: outcome.command,
    exitCode: exitCodeOf(outcome, undefined),
  });
}

/**
 * Describes an outcome in a sentence, or a server in a few words: why it was not used, or `used`. With `outcome`, the words
 * about a server are more precise. The words may change between releases.
 */
export function explain(outcome: QueryOutcome | SyncOutcome): string;
export function explain(server: ServerReport, outcome?: QueryOutcome | SyncOutcome): string;
export function explain(
  subject: QueryOutcome | SyncOutcome | ServerReport,
  outcome?: QueryOutcome | SyncOutcome,
): string {
  if (isOutcome(subject)) return summaryOf(subject);
  if (!isServerReport(subject))
    throw new TypeError('explain() takes the outcome of sync() or query(), or one of its servers');
  return reasonOf(subject, outcome ?? { kind: 'interrupted' }) || 'used';
}

/** Callers without types may give a status or what is known of the rate. */
function isOutcome(subject: object): subject is QueryOutcome | SyncOutcome {
  return 'servers' in subject && 'command' in subject;
}

function isServerReport(subject: object): subject is ServerReport {
  return 'server' in subject && 'verdict' in subject;
}
