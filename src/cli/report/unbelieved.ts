// An outcome → a line for each named server that was not believed, for stderr, so that cron's mail reports a failing
// server while the others still form a majority.

import type { Outcome, ServerReport } from '../../pipeline/outcome.ts';
import { nameBehind, nameOf, tallyOf } from '../../report/labels.ts';
import { fullReasonOf } from '../../report/reason.ts';
import { summaryOf } from '../../report/summary.ts';
import { formatServer } from '../../sources/server.ts';
import { ROWS } from './row-selection.ts';

/**
 * A line for each named server without a believed address: its name and the reason. A failed run lists every server. Of
 * many servers, lists the first and counts the others, unless `verbose`.
 */
export function unbelievedLines(outcome: Outcome, verbose: boolean): readonly string[] {
  const lines = allLines(outcome);
  if (verbose || lines.length <= ROWS) return lines;
  return [...lines.slice(0, ROWS), `… and ${lines.length - ROWS} more (-v shows all)`];
}

function allLines(outcome: Outcome): readonly string[] {
  const named = new Map<string, ServerReport[]>();
  for (const report of outcome.servers) {
    const { host, port, from } = report.server;
    const key = JSON.stringify([host, port, from]);
    named.set(key, [...(named.get(key) ?? []), report]);
  }
  const summary = summaryOf(outcome);
  return [...named.values()].flatMap(reports => {
    const tallies = reports.map(({ verdict }) => tallyOf(verdict));
    if (tallies.some(tally => tally === '*' || tally === '+' || tally === '-')) return [];
    const failed = outcome.kind === 'no-suitable-server';
    const unproven = reports.some(({ verdict }) => verdict.kind === 'unauthenticated');
    if (!failed && !unproven && !tallies.some(tally => tally === 'x' || tally === '?')) return [];
    // The result of the other entry says more than that an entry is a duplicate.
    const others = reports.filter(({ verdict }) => verdict.kind !== 'duplicate');
    const listed = others.length > 0 ? others : reports;
    const reasons = new Set(
      listed
        .map(report => fullReasonOf(report, outcome))
        .filter(reason => reason !== '' && !summary.endsWith(`: ${reason}.`)),
    );
    return reasons.size === 0 ? [] : [`${titleOf(listed)}: ${[...reasons].join('; ')}`];
  });
}

/** The name as the user gave it, and the address if it differs. */
function titleOf(reports: readonly ServerReport[]): string {
  const [first] = reports as readonly [ServerReport];
  const name = nameBehind(first);
  const addresses = new Set(reports.map(nameOf));
  if (addresses.size > 1) return `${formatServer(first.server)} (${addresses.size} addresses)`;
  return name ? `${formatServer(name)} (${nameOf(first)})` : nameOf(first);
}
