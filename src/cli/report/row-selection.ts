// The servers of a long list → the few that a table shows: the system peer, and those that something is wrong with,
// each kind of trouble in turn. The others are counted.

import type { ServerReport } from '../../pipeline/outcome.ts';
import { count, type Tally, tallyOf } from '../../report/labels.ts';

/** As many servers are all shown; of more, this many. */
export const ROWS = 30;

export interface RowSelection {
  /** In the order in which they were named. */
  readonly shown: readonly ServerReport[];
  /** How many are left out, and what they are: one line; empty when none is. */
  readonly rest: string;
}

/** Chooses what a table of these servers shows. */
export function selectRows(servers: readonly ServerReport[]): RowSelection {
  if (servers.length <= ROWS) return { shown: servers, rest: '' };
  const chosen = new Set(byInterest(servers).slice(0, ROWS));
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

/** What is shown first comes first. */
function byInterest(servers: readonly ServerReport[]): readonly ServerReport[] {
  const withTally = (...tallies: readonly Tally[]) =>
    servers.filter(({ verdict }) => tallies.includes(tallyOf(verdict)));
  const systemPeer = withTally('*');
  const center = systemPeer[0]?.estimate?.offset ?? 0;
  const distance = ({ estimate }: ServerReport) => Math.abs((estimate?.offset ?? center) - center);
  const farthestFirst = (a: ServerReport, b: ServerReport) => distance(b) - distance(a);
  const troubled = withTally('x', '?').toSorted(farthestFirst);
  const troubles = new Set(troubled.map(({ verdict }) => verdict.kind));
  const byTrouble = [...troubles].map(kind => troubled.filter(({ verdict }) => verdict.kind === kind));
  return [
    ...systemPeer,
    ...inTurn(byTrouble),
    ...withTally('-').toSorted(farthestFirst),
    ...withTally('+', ' '),
  ];
}

/** The first of each list, then the second of each, and so on. */
function inTurn<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(0, ...lists.map(list => list.length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap(list => list.slice(i, i + 1))).flat();
}
