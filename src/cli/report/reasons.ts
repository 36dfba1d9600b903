// What stands below a table: why each server in trouble was not used, in full, those of one reason together.

import type { Outcome, ServerReport } from '../../pipeline/outcome.ts';
import { namesOf } from '../../report/labels.ts';
import { noteOf } from '../../report/note.ts';
import { fullReasonOf } from '../../report/reason.ts';
import { summaryOf } from '../../report/summary.ts';

/**
 * `NAME, NAME: reason` for each reason that neither the summary gives nor, where `notesShown`, the row's note.
 */
export function reasonLines(
  servers: readonly ServerReport[],
  outcome: Outcome,
  notesShown: boolean,
): readonly string[] {
  const titleOf = namesOf(outcome.servers);
  const summary = summaryOf(outcome);
  const titles = new Map<string, Set<string>>();
  for (const report of servers) {
    const reason = fullReasonOf(report, outcome);
    const noted = notesShown && reason === noteOf(report, outcome);
    if (reason === '' || noted || isToldBy(summary, reason, report, outcome)) continue;
    titles.set(reason, (titles.get(reason) ?? new Set()).add(titleOf(report)));
  }
  return [...titles].map(([reason, names]) => `${[...names].join(', ')}: ${reason}`);
}

/** Whether the summary says why this server has no part in the result: it does of a failure that all of them share. */
function isToldBy(summary: string, reason: string, { verdict }: ServerReport, { kind }: Outcome): boolean {
  const failed = kind === 'no-suitable-server';
  return failed && (verdict.kind === 'undecided' || summary.endsWith(`: ${reason}.`));
}
