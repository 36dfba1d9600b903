// A server → the cells of its row; the width of a terminal → the columns that fit it.

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

/** The key of a column. */
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
/** The cells of a row. */
export type Cells = Readonly<Record<Key, string>>;

/** A column of the table. */
export interface Column {
  readonly key: Key;
  readonly title: string;
  /** Whether it is aligned to the right. */
  readonly numeric?: true;
  /** The maximum width, in characters; longer cells are broken. */
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
/** The columns of every table. */
const REQUIRED: ReadonlySet<Key> = new Set(['tally', 'remote', 'offset']);
/** The other columns by priority. Notes come first: the reasons are also below the table, but notes explain the tally. */
const BY_PRIORITY: readonly Key[] = [
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
/** A longer name gets at least this width before an optional column gets any. */
const READABLE_NAME = 24;
/** The width of names in the narrowest terminal. */
const NARROWEST_NAME = 8;

/** The cells of each row. The columns of -v are empty unless `verbose`. */
export function cellsOf(
  servers: readonly ServerReport[],
  outcome: Outcome,
  verbose: boolean,
): readonly Cells[] {
  const displayName = namesOf(outcome.servers);
  return servers.map(report => {
    const { estimate, burst, verdict } = report;
    const packet = packetOf(report);
    const measured = measuredOf(report);
    const remote = displayName(report);
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

/** The non-empty columns that fit the width, chosen by priority. The names get the remaining width. */
export function columnsFor(rows: readonly Cells[], width: number | undefined): readonly Column[] {
  const filled = COLUMNS.filter(({ key }) => REQUIRED.has(key) || rows.some(row => row[key] !== ''));
  if (width === undefined) return filled;
  const widthOf = ({ key, title }: Column) => Math.max(title.length, ...rows.map(row => row[key].length));
  const room = (column: Column) =>
    column.key === 'remote' ? Math.min(widthOf(column), READABLE_NAME) : widthOf(column);
  let left = filled
    .filter(({ key }) => REQUIRED.has(key))
    .reduce((rest, column) => rest - room(column) - GAP, width + GAP);
  const taken = new Set(REQUIRED);
  for (const column of BY_PRIORITY.flatMap(wanted => filled.filter(({ key }) => key === wanted))) {
    const cost = room(column) + GAP;
    if (cost > left) continue;
    left -= cost;
    taken.add(column.key);
  }
  return filled
    .filter(({ key }) => taken.has(key))
    .map(column =>
      column.key === 'remote' ? { ...column, limit: Math.max(NARROWEST_NAME, room(column) + left) } : column,
    );
}
