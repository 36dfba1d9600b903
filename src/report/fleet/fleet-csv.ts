// The result of a check → comma-separated values (RFC 4180): a header, then a line for each target in the order of the list.

import type { Checked, CheckedTarget } from '../../fleet/fleet-outcome.ts';
import type { Since } from './fleet-since.ts';
import { printable } from './printable.ts';

type Cell = string | number | undefined;

/** The columns, by their names in the header. Durations are in seconds; a positive offset = the target is ahead. */
const COLUMNS: Readonly<Record<string, (checked: CheckedTarget, since: Since | undefined) => Cell>> = {
  host: ({ target }) => target.host,
  port: ({ target }) => target.port,
  name: ({ target }) => target.label,
  group: ({ target }) => target.group,
  verdict: ({ verdict }) => verdict,
  severity: ({ severity }) => severity,
  offset: ({ reading }) => reading?.offset,
  error_bound: ({ reading }) => reading?.errorBound,
  delay: ({ reading }) => reading?.delay,
  via: ({ reading }) => reading?.via,
  address: ({ reading }) => reading?.address,
  replied_from: ({ reading }) => reading?.repliedFrom,
  samples: ({ reading }) => reading?.samples,
  stratum: ({ reading }) => reading?.stratum,
  leap: ({ reading }) => reading?.leap,
  refid: ({ reading }) => reading?.refid,
  root_distance: ({ reading }) => reading?.rootDistance,
  reason: ({ reason }) => reason,
  since: (checked, since) => since?.get(checked),
  from: ({ target }) => target.from,
};

/** The text, with CR LF after each line. */
export function fleetCsv({ targets }: Pick<Checked, 'targets'>, since?: Since): string {
  const columns = Object.values(COLUMNS);
  const rows = targets.map(target => columns.map(cellOf => cellText(cellOf(target, since))));
  return [Object.keys(COLUMNS), ...rows].map(cells => `${cells.join(',')}\r\n`).join('');
}

/** A cell as text: a number as it is, a text quoted if it must be. */
function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return decimal(cell);
  const text = withoutFormulas(printable(cell));
  return /[",;']|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * An apostrophe before what a spreadsheet would take for a formula: at the start of a cell, and where a spreadsheet that
 * separates cells by semicolons or tabs would see the start of one.
 */
function withoutFormulas(text: string): string {
  return text.replace(/(^|[,;"])([ "]*)(?=[=+\-@＝＋－＠])/gu, "$1$2'");
}

/** A number without an exponent, which not every reader of such files knows. */
function decimal(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(12).replace(/\.?0+$/, '') : text;
}
