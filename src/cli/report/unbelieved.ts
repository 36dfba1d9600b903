// The servers that were named and not believed, one line each, for stderr: so that cron's mail tells of one that is dying
// while the others still make a majority.

import { formatServer } from '../../net/server.ts';
import type { Outcome, ServerReport } from '../../outcome.ts';
import { ROWS } from './excerpt.ts';
import { formatDuration, formatOffset } from './quantity.ts';
import { reasonOf } from './reason.ts';
import { behind, nameOf, tallyOf } from './verdict.ts';

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
  return [...named.values()].flatMap(reports => {
    const tallies = reports.map(({ verdict }) => tallyOf(verdict));
    if (tallies.some(tally => tally === '*' || tally === '+' || tally === '-')) return [];
    const failed = outcome.kind === 'no-suitable-server';
    const unproven = reports.some(({ verdict }) => verdict.kind === 'unauthenticated');
    if (!failed && !unproven && !tallies.some(tally => tally === 'x' || tally === '?')) return [];
    const reasons = new Set(reports.map(report => explain(report, outcome)).filter(reason => reason !== ''));
    return reasons.size === 0 ? [] : [`${titleOf(reports)}: ${[...reasons].join('; ')}`];
  });
}

/** As it was named, and its address where that says more. */
function titleOf(reports: readonly ServerReport[]): string {
  const [first] = reports as readonly [ServerReport];
  const name = behind(first);
  if (reports.length > 1) return `${formatServer(first.server)} (${reports.length} addresses)`;
  return name ? `${formatServer(name)} (${nameOf(first)})` : nameOf(first);
}

function explain(report: ServerReport, outcome: Outcome): string {
  const { verdict, estimate } = report;
  if (verdict.kind !== 'falseticker' || !estimate) return reasonOf(report, outcome);
  const theirs = 'estimate' in outcome ? `, theirs ${formatOffset(outcome.estimate.offset)}` : '';
  const own = `${formatOffset(estimate.offset)} ± ${formatDuration(estimate.rootDistance)}`;
  return `falseticker: the majority contradicts it (its offset is ${own}${theirs})`;
}
