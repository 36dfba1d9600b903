// A checked target → the cells of its row; the width of a terminal → the columns that fit it.

import type { CheckedTarget } from '../../fleet/fleet-outcome.ts';
import { type Finding, findingOfVerdict, targetHost, targetName } from '../../report/fleet/fleet-order.ts';
import { printable } from '../../report/fleet/printable.ts';
import { formatDuration, formatOffset } from '../../report/quantity.ts';
import { GAP } from './columns.ts';
import { widthOf } from './text-width.ts';

/** The key of a column. */
export type FleetKey =
  | 'mark'
  | 'clock'
  | 'address'
  | 'group'
  | 'via'
  | 'stratum'
  | 'offset'
  | 'bound'
  | 'verdict'
  | 'since'
  | 'note';
/** The cells of a row. */
export type FleetCells = Readonly<Record<FleetKey, string>>;

/** A column of the table. */
export interface FleetColumn {
  readonly key: FleetKey;
  readonly title: string;
  /** Whether it is aligned to the right. */
  readonly numeric?: true;
  /** The maximum width, in columns of the terminal; longer cells are broken. */
  readonly limit?: number;
}

const COLUMNS: readonly FleetColumn[] = [
  { key: 'mark', title: '' },
  { key: 'clock', title: 'clock' },
  { key: 'address', title: 'address' },
  { key: 'group', title: 'group' },
  { key: 'via', title: 'via' },
  { key: 'stratum', title: 'st', numeric: true },
  { key: 'offset', title: 'offset', numeric: true },
  { key: 'bound', title: '±', numeric: true },
  { key: 'verdict', title: 'verdict' },
  { key: 'since', title: 'since' },
  { key: 'note', title: 'note' },
];
/** The columns of every table. */
const REQUIRED: ReadonlySet<FleetKey> = new Set(['mark', 'clock', 'offset', 'verdict']);
/** The other columns by priority. A note that does not fit is below the table. */
const BY_PRIORITY: readonly FleetKey[] = ['since', 'address', 'bound', 'via', 'note', 'group', 'stratum'];
/** A longer name gets at least this width before an optional column gets any. */
const READABLE_NAME = 24;
/** The width of names in the narrowest terminal. */
const NARROWEST_NAME = 8;

/** The mark of each finding, so that color is not all that tells them apart. */
const MARKS: Readonly<Record<Finding, string>> = {
  off: 'x',
  unsynchronized: '!',
  uncertain: '~',
  unanswered: '?',
  right: '',
};

/** The cells of a target's row. `since` is an instant, RFC 3339. */
export function fleetCells(checked: CheckedTarget, since: string | undefined): FleetCells {
  const { target, verdict, reason, reading } = checked;
  const name = printable(targetName(target));
  const host = targetHost(target);
  return {
    mark: MARKS[findingOfVerdict(checked)],
    clock: name,
    address: name === host ? '' : host,
    group: printable(target.group ?? ''),
    via: reading && reading.via !== 'ntp' ? reading.via : '',
    stratum: reading?.stratum === undefined ? '' : String(reading.stratum),
    offset: reading ? formatOffset(reading.offset) : '',
    bound: reading ? formatDuration(reading.errorBound) : '',
    verdict,
    since: since === undefined ? '' : `${since.slice(0, 10)} ${since.slice(11, 16)}Z`,
    note: printable(reason ?? ''),
  };
}

/** The non-empty columns that fit the width, chosen by priority. The names get the remaining width. */
export function fleetColumns(rows: readonly FleetCells[], width: number | undefined): readonly FleetColumn[] {
  const filled = COLUMNS.filter(({ key }) => REQUIRED.has(key) || rows.some(row => row[key] !== ''));
  if (width === undefined) return filled;
  const wanted = new Map(
    filled.map(({ key, title }) => [key, Math.max(widthOf(title), ...rows.map(row => widthOf(row[key])))]),
  );
  const room = (key: FleetKey) =>
    key === 'clock' ? Math.min(wanted.get(key)!, READABLE_NAME) : wanted.get(key)!;
  const costOf = (keys: readonly FleetKey[]) => keys.reduce((sum, key) => sum + room(key) + GAP, 0);
  let left = width + GAP - costOf(filled.map(({ key }) => key).filter(key => REQUIRED.has(key)));
  const taken = new Set(REQUIRED);
  for (const key of BY_PRIORITY.filter(each => wanted.has(each))) {
    const cost = room(key) + GAP;
    if (cost > left) continue;
    left -= cost;
    taken.add(key);
  }
  return filled
    .filter(({ key }) => taken.has(key))
    .map(column =>
      column.key === 'clock' ? { ...column, limit: Math.max(NARROWEST_NAME, room('clock') + left) } : column,
    );
}
