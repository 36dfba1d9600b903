// The servers of a table → the lines below it: the full reason why each unused server was not used, grouped by reason.

import type { Outcome, ServerReport } from '../../pipeline/outcome.ts';
import { namesOf } from '../../report/labels.ts';
import { noteOf } from '../../report/note.ts';
import { fullReasonOf } from '../../report/reason.ts';
import { summaryOf } from '../../report/summary.ts';

/** `NAME, NAME: reason` for each reason that neither the summary states nor, with `notesShown`, the note in the row. */
export function reasonLines(
  servers: readonly ServerReport[],
  outcome: Outcome,
  notesShown: boolean,
): readonly string[] {
  const displayName = namesOf(outcome.servers);
  const summary = summaryOf(outcome);
  const namesByReason = new Map<string, Set<string>>();
  for (const report of servers) {
    const reason = fullReasonOf(report, outcome);
    const noted = notesShown && reason === noteOf(report, outcome);
    if (reason === '' || noted || isStatedIn(summary, reason, report, outcome)) continue;
    namesByReason.set(reason, (namesByReason.get(reason) ?? new Set()).add(displayName(report)));
  }
  return [...namesByReason].map(([reason, names]) => `${[...names].join(', ')}: ${reason}`);
}

/** Whether the summary of a failed run already states why this server was not used. */
function isStatedIn(summary: string, reason: string, { verdict }: ServerReport, { kind }: Outcome): boolean {
  const failed = kind === 'no-suitable-server';
  return failed && (verdict.kind === 'undecided' || summary.endsWith(`: ${reason}.`));
}
