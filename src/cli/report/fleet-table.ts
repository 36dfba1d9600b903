// The result of a check → the report for a terminal: the clocks that are not right, the worst first, then the groups that are off
// by the same amount, then the totals. No line is wider than the terminal: columns of low priority are omitted.

import { Chalk, type ChalkInstance } from 'chalk';
import type { Checked, CheckedTarget } from '../../fleet/fleet-outcome.ts';
import { FINDINGS, findingOfVerdict, targetName, worstFirst } from '../../report/fleet/fleet-order.ts';
import type { Since } from '../../report/fleet/fleet-since.ts';
import {
  FINDING_WORDS,
  findingsIn,
  limitWords,
  referenceWords,
  totalsOf,
} from '../../report/fleet/fleet-words.ts';
import { printable } from '../../report/fleet/printable.ts';
import { count } from '../../report/labels.ts';
import { formatDuration, formatOffset } from '../../report/quantity.ts';
import type { Terminal } from '../process/terminal.ts';
import { GAP } from './columns.ts';
import { type FleetCells, type FleetColumn, fleetCells, fleetColumns } from './fleet-columns.ts';
import { ROWS } from './row-selection.ts';
import { breakWide, widthOf, wrapWide } from './text-width.ts';

/** How to show the result of a check. */
export interface FleetTableContext {
  readonly terminal: Pick<Terminal, 'colors' | 'width'>;
  /** Shows every clock, also those that are right. */
  readonly all: boolean;
  readonly since?: Since;
}

/** The indentation of continuation lines, so that the names stand out. */
const HANGING = 4;

/** The text of the report, with line ends. */
export function fleetTable(checked: Checked, { terminal, all, since }: FleetTableContext): string {
  const { width, colors } = terminal;
  const chalk = new Chalk({ level: colors });
  const { shown, rest } = selected(checked.targets, all);
  const cells = shown.map(target => fleetCells(target, since?.get(target)));
  const columns = fleetColumns(cells, width);
  const noted = columns.some(({ key }) => key === 'note');
  const blocks = [
    shown.length === 0
      ? []
      : [...rowsOf(shown, cells, columns, chalk), ...(rest === '' ? [] : wrapWide(rest, width))],
    noted ? [] : reasonsOf(shown).flatMap(line => wrapWide(line, width, HANGING)),
    skewLines(checked).flatMap(line => wrapWide(line, width, HANGING)),
    summaryLines(checked, width, chalk),
  ];
  return blocks
    .filter(lines => lines.length > 0)
    .map(lines => `${lines.join('\n')}\n`)
    .join('\n');
}

/** The targets of the table, and a line that counts the others. A few are all shown; of many, those that are not right. */
function selected(
  targets: readonly CheckedTarget[],
  all: boolean,
): { readonly shown: readonly CheckedTarget[]; readonly rest: string } {
  const sorted = worstFirst(targets);
  if (all || sorted.length <= ROWS) return { shown: sorted, rest: '' };
  const shown = sorted
    .filter(target => findingOfVerdict(target) !== 'right' || target.severity !== 'ok')
    .slice(0, ROWS);
  const left = sorted.slice(shown.length);
  const counts = findingsIn({ targets: left });
  const kinds = FINDINGS.filter(finding => counts[finding] > 0)
    .map(finding => `${counts[finding]} ${FINDING_WORDS[finding]}`)
    .join(', ');
  return { shown, rest: left.length === 0 ? '' : `… and ${left.length} more: ${kinds} (--all shows all)` };
}

/** The lines of the table: a header and a row for each target, of several lines if its name is broken. */
function rowsOf(
  shown: readonly CheckedTarget[],
  cells: readonly FleetCells[],
  columns: readonly FleetColumn[],
  chalk: ChalkInstance,
): readonly string[] {
  const linesOf = cells.map(row =>
    columns.map(({ key, limit }) => (limit === undefined ? [row[key]] : breakWide(row[key], limit))),
  );
  const widths = columns.map(({ title }, column) =>
    linesOf.reduce((most, row) => Math.max(most, ...row[column]!.map(widthOf)), widthOf(title)),
  );
  const lineOf = (texts: readonly string[], paint: (text: string, column: FleetColumn) => string) =>
    columns
      .map((column, i) => padded(texts[i]!, widths[i]!, column, text => paint(text, column)))
      .join(' '.repeat(GAP))
      .trimEnd();
  const head = lineOf(
    columns.map(({ title }) => title),
    text => chalk.dim(text),
  );
  const rows = shown.flatMap((target, i) => {
    const paint = paintOf(target, chalk);
    const height = Math.max(...linesOf[i]!.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) =>
      lineOf(
        linesOf[i]!.map(lines => lines[line] ?? ''),
        (text, { key }) => (key === 'mark' || key === 'verdict' ? paint(text) : text),
      ),
    );
  });
  return [head, ...rows];
}

/** A cell in the width of its column. Not by cli-table3, which measures text by an older version of Unicode. */
function padded(
  text: string,
  width: number,
  { numeric }: FleetColumn,
  paint: (text: string) => string,
): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  const painted = text === '' ? '' : paint(text);
  return numeric ? space + painted : painted + space;
}

/** The color of a row's mark and verdict: readable on dark and light backgrounds. */
function paintOf(target: CheckedTarget, chalk: ChalkInstance): (text: string) => string {
  const finding = findingOfVerdict(target);
  switch (finding) {
    case 'off':
      return chalk.red;
    case 'unsynchronized':
    case 'uncertain':
    case 'unanswered':
      return chalk.magenta;
    case 'right':
      return chalk.green;
    default:
      return finding satisfies never;
  }
}

/** `NAME, NAME: reason` for each reason, for a table without room for notes. */
function reasonsOf(shown: readonly CheckedTarget[]): readonly string[] {
  const names = new Map<string, string[]>();
  for (const { target, reason } of shown) {
    if (reason === undefined) continue;
    names.set(reason, [...(names.get(reason) ?? []), printable(targetName(target))]);
  }
  return [...names].map(([reason, of]) => `${of.join(', ')}: ${printable(reason)}`);
}

/** `37 hosts -3600.0 s: 10.1.0.0/24` for each group that is off by the same amount. */
function skewLines({ skews }: Checked): readonly string[] {
  return skews.map(
    ({ count: number, offset, where }) =>
      `${count(number, 'host')} ${formatOffset(offset)}: ${where.map(printable).join(', ')}`,
  );
}

function summaryLines(checked: Checked, width: number | undefined, chalk: ChalkInstance): readonly string[] {
  const color = findingsIn(checked).off > 0 ? chalk.red : chalk.bold;
  const against = `Compared with ${referenceWords(checked.reference)} in ${formatDuration(checked.duration)}; ${limitWords(checked.limits)}.`;
  return [...wrapWide(totalsOf(checked), width).map(line => color(line)), ...wrapWide(against, width)];
}
