// The servers of a long list → the few that a table shows: the system peer, then those with a problem, alternating
// between the kinds of problem. The others are only counted.

import type { ServerReport } from '../../pipeline/outcome.ts';
import { count, type Tally, tallyOf } from '../../report/labels.ts';

/** The maximum number of servers in a table without -v. */
export const ROWS = 30;

/** The servers that a table shows, and the others. */
export interface RowSelection {
  /** The servers to show, in their original order. */
  readonly shown: readonly ServerReport[];
  /** One line that counts the others by kind; empty if there are none. */
  readonly rest: string;
}

/** Selects the servers that a table shows. */
export function selectRows(servers: readonly ServerReport[]): RowSelection {
  if (servers.length <= ROWS) return { shown: servers, rest: '' };
  const chosen = new Set(byImportance(servers).slice(0, ROWS));
  const left = servers.filter(report => !chosen.has(report));
  const counts = TALLIES.map(([tally, name]) =>
    name(left.filter(one => tallyOf(one.verdict) === tally).length),
  );
  const kinds = counts.filter(text => !text.startsWith('0 ')).join(', ');
  return {
    shown: servers.filter(report => chosen.has(report)),
    rest: `… and ${left.length} more: ${kinds} (-v shows all)`,
  };
}

const TALLIES: readonly (readonly [Tally, (n: number) => string])[] = [
  ['+', n => count(n, 'survivor')],
  ['-', n => count(n, 'outlier')],
  ['x', n => count(n, 'falseticker')],
  ['?', n => `${n} unusable`],
  [' ', n => `${n} measured only`],
];

/** The servers in the order of their importance. */
function byImportance(servers: readonly ServerReport[]): readonly ServerReport[] {
  const withTally = (...tallies: readonly Tally[]) =>
    servers.filter(({ verdict }) => tallies.includes(tallyOf(verdict)));
  const systemPeer = withTally('*');
  const center = systemPeer[0]?.estimate?.offset ?? 0;
  const distance = ({ estimate }: ServerReport) => Math.abs((estimate?.offset ?? center) - center);
  const farthestFirst = (a: ServerReport, b: ServerReport) => distance(b) - distance(a);
  const problematic = withTally('x', '?').toSorted(farthestFirst);
  const problems = new Set(problematic.map(({ verdict }) => verdict.kind));
  const byProblem = [...problems].map(kind => problematic.filter(({ verdict }) => verdict.kind === kind));
  return [
    ...systemPeer,
    ...interleave(byProblem),
    ...withTally('-').toSorted(farthestFirst),
    ...withTally('+', ' '),
  ];
}

/** The first element of each list, then the second of each, and so on. */
function interleave<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(0, ...lists.map(list => list.length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap(list => list.slice(i, i + 1))).flat();
}
