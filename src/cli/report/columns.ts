// A server → the cells of its row; a width → the columns that are worth it.

import { formatRefid } from '../../ntp/refid.ts';
import type { Outcome, ServerReport } from '../../pipeline/outcome.ts';
import {
  authenticationOf,
  measuredOf,
  nameOf,
  namesOf,
  packetOf,
  stratumOf,
  tallyOf,
} from '../../report/labels.ts';
import { noteOf } from '../../report/note.ts';
import { formatDuration, formatOffset } from '../../report/quantity.ts';

export type Key =
  | 'tally'
  | 'remote'
  | 'address'
  | 'auth'
  | 'refid'
  | 'stratum'
  | 'delay'
  | 'offset'
  | 'jitter'
  | 'reach'
  | 'version'
  | 'note';
export type Cells = Readonly<Record<Key, string>>;

export interface Column {
  readonly key: Key;
  readonly title: string;
  readonly numeric?: true;
  /** Characters that fit a line of its cells. */
  readonly limit?: number;
}

const COLUMNS: readonly Column[] = [
  { key: 'tally', title: '' },
  { key: 'remote', title: 'remote' },
  { key: 'address', title: 'address' },
  { key: 'auth', title: 'auth' },
  { key: 'refid', title: 'refid' },
  { key: 'stratum', title: 'st', numeric: true },
  { key: 'delay', title: 'delay', numeric: true },
  { key: 'offset', title: 'offset', numeric: true },
  { key: 'jitter', title: 'jitter', numeric: true },
  { key: 'reach', title: 'reach', numeric: true },
  { key: 'version', title: 'version', numeric: true },
  { key: 'note', title: 'note' },
];
/** Stand in every table. */
const NEEDED: ReadonlySet<Key> = new Set(['tally', 'remote', 'offset']);
/** The others, in the order in which they get what room is left: notes stand below the table, too, but explain the tally. */
const BY_WORTH: readonly Key[] = [
  'note',
  'auth',
  'address',
  'stratum',
  'delay',
  'reach',
  'version',
  'refid',
  'jitter',
];
/** Spaces between two columns. */
export const GAP = 2;
/** What a longer name has room for, at least, before any column that is not needed. */
const LEGIBLE = 24;
/** What a name has room for on the narrowest of terminals. */
const NARROWEST = 8;

/** What stands in each column; the columns of -v are empty without it. */
export function cellsOf(
  servers: readonly ServerReport[],
  outcome: Outcome,
  verbose: boolean,
): readonly Cells[] {
  const titleOf = namesOf(outcome.servers);
  return servers.map(report => {
    const { estimate, burst, verdict } = report;
    const packet = packetOf(report);
    const measured = measuredOf(report);
    const remote = titleOf(report);
    const address = nameOf(report);
    return {
      tally: tallyOf(verdict),
      remote,
      address: verbose && address !== remote ? address : '',
      auth: authenticationOf(report),
      refid: packet ? formatRefid(packet.refid, packet.stratum) : '',
      stratum: packet ? String(stratumOf(packet)) : '',
      delay: measured ? formatDuration(measured.delay) : '',
      offset: measured ? formatOffset(measured.offset) : '',
      jitter: estimate ? formatDuration(estimate.jitter) : '',
      reach: burst ? `${burst.answered}/${burst.sent}` : '',
      version: verbose && packet ? String(packet.version) : '',
      note: noteOf(report, outcome),
    };
  });
}

/** The columns that are not empty and fit the width, the worthier ones first; the names take what is left. */
export function columnsFor(rows: readonly Cells[], width: number | undefined): readonly Column[] {
  const filled = COLUMNS.filter(({ key }) => NEEDED.has(key) || rows.some(row => row[key] !== ''));
  if (width === undefined) return filled;
  const widthOf = ({ key, title }: Column) => Math.max(title.length, ...rows.map(row => row[key].length));
  const room = (column: Column) =>
    column.key === 'remote' ? Math.min(widthOf(column), LEGIBLE) : widthOf(column);
  let left = filled
    .filter(({ key }) => NEEDED.has(key))
    .reduce((rest, column) => rest - room(column) - GAP, width + GAP);
  const taken = new Set(NEEDED);
  for (const column of BY_WORTH.flatMap(wanted => filled.filter(({ key }) => key === wanted))) {
    const cost = room(column) + GAP;
    if (cost > left) continue;
    left -= cost;
    taken.add(column.key);
  }
  return filled
    .filter(({ key }) => taken.has(key))
    .map(column =>
      column.key === 'remote' ? { ...column, limit: Math.max(NARROWEST, room(column) + left) } : column,
    );
}
