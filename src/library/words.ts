// An outcome of the library → the JSON object and the sentences that the command prints of it.

import type { QueryOutcome, ServerReport, SyncOutcome } from '../pipeline/outcome.ts';
import { exitCodeOf } from '../report/exit-code.ts';
import { reportOf } from '../report/json.ts';
import { reasonOf } from '../report/reason.ts';
import type { Report } from '../report/report-type.ts';
import { summaryOf } from '../report/summary.ts';

/**
 * An outcome as the object that `tsntp --format json` prints, which report.schema.json describes. It holds strings, numbers,
 * booleans, arrays and objects only: `JSON.stringify(report(outcome))` always works. `exitCode` is the one that the command
 * would end with, 130 after an abort.
 */
export function report(outcome: QueryOutcome | SyncOutcome): Report {
  return reportOf(outcome, {
    command: outcome.command,
    exitCode: exitCodeOf(outcome, undefined),
  });
}

/**
 * An outcome in one sentence, or one server of it in a few words: why it was not used, or that it was. `outcome` makes the words
 * on a server more exact: whether its majority was missed, say. The words may change from release to release.
 */
export function explain(outcome: QueryOutcome | SyncOutcome): string;
export function explain(server: ServerReport, outcome?: QueryOutcome | SyncOutcome): string;
export function explain(
  subject: QueryOutcome | SyncOutcome | ServerReport,
  outcome?: QueryOutcome | SyncOutcome,
): string {
  if ('servers' in subject) return summaryOf(subject);
  return reasonOf(subject, outcome ?? { kind: 'interrupted' }) || 'used';
}
