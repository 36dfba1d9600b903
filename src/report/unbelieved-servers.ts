// An outcome → each named server that was not believed, and why. A failed run lists every server.

import type { Outcome, ServerReport } from '../pipeline/outcome.ts';
import type { Verdict } from '../pipeline/verdict.ts';
import { formatServer } from '../sources/server.ts';
import { nameBehind, nameOf, tallyOf } from './labels.ts';
import { fullReasonOf } from './reason.ts';
import { summaryOf } from './summary.ts';

/** A server that was not believed. */
export interface UnbelievedServer {
  /** Its name as the user gave it, and its address if that differs. */
  readonly title: string;
  readonly reason: string;
  /** The verdict on its first address. */
  readonly verdict: Verdict['kind'];
}

/** The named servers of a run without a believed address, unless the summary of the run states why. */
export function unbelievedServers(outcome: Outcome): readonly UnbelievedServer[] {
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
    const [first] = listed;
    if (reasons.size === 0 || !first) return [];
    return [{ title: titleOf(listed), reason: [...reasons].join('; '), verdict: first.verdict.kind }];
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
