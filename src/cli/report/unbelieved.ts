// The servers that were named and not believed, one line each, for stderr: so that cron's mail tells of one that is dying
// while the others still make a majority.

import type { Outcome, ServerReport } from '../../pipeline/outcome.ts';
import { behind, nameOf, tallyOf } from '../../report/labels.ts';
import { fullReasonOf } from '../../report/reason.ts';
import { summaryOf } from '../../report/summary.ts';
import { formatServer } from '../../sources/server.ts';
import { ROWS } from './row-selection.ts';

/**
 * A line for each named server of which no address was believed: its name and why. A failure tells of every server. Of
 * many, the first are told and the others counted, unless `verbose`.
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
    // That an entry is named twice says less than what became of the other entry.
    const others = reports.filter(({ verdict }) => verdict.kind !== 'duplicate');
    const told = others.length > 0 ? others : reports;
    const reasons = new Set(
      told
        .map(report => fullReasonOf(report, outcome))
        .filter(reason => reason !== '' && !summary.endsWith(`: ${reason}.`)),
    );
    return reasons.size === 0 ? [] : [`${titleOf(told)}: ${[...reasons].join('; ')}`];
  });
}

/** As it was named, and its address where that says more. */
function titleOf(reports: readonly ServerReport[]): string {
  const [first] = reports as readonly [ServerReport];
  const name = behind(first);
  const addresses = new Set(reports.map(nameOf));
  if (addresses.size > 1) return `${formatServer(first.server)} (${addresses.size} addresses)`;
  return name ? `${formatServer(name)} (${nameOf(first)})` : nameOf(first);
}
