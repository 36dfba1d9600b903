// An outcome → the report for a terminal: a table with the columns and tally characters of `ntpq -p`, the full reasons
// below it, then the summary. No line is wider than the terminal: columns of low priority are omitted, and nothing is cut.

import { Chalk, type ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import type { Outcome, ServerReport } from '../../pipeline/outcome.ts';
import { tallyOf } from '../../report/labels.ts';
import { summaryOf } from '../../report/summary.ts';
import type { Terminal } from '../process/terminal.ts';
import { type Cells, type Column, cellsOf, columnsFor, GAP } from './columns.ts';
import { reasonLines } from './reasons.ts';
import { selectRows } from './row-selection.ts';
import { breakWord, wrap } from './wrap.ts';

/** How to show a table. */
export interface TableContext {
  readonly terminal: Pick<Terminal, 'colors' | 'width'>;
  /** Shows all servers, their addresses and versions, and the legend of the tally characters. */
  readonly verbose: boolean;
}

const LEGEND = '* system peer, + survivor, - outlier, x falseticker, ? unusable, blank: measured only';
/** The indentation of a reason's continuation lines, so that the names stand out. */
const HANGING = 4;

/** The text of the report, with line ends. */
export function tableText(outcome: Outcome, { terminal, verbose }: TableContext): string {
  const { colors, width } = terminal;
  const chalk = new Chalk({ level: colors });
  const failed = outcome.kind === 'no-suitable-server' || outcome.kind === 'clock-error';
  const color = failed ? chalk.red : chalk.bold;
  const summary = wrap(summaryOf(outcome), width).map(line => color(line));
  if (outcome.servers.length === 0) return textOf([summary]);
  const { shown, rest } = verbose ? { shown: outcome.servers, rest: '' } : selectRows(outcome.servers);
  const cells = cellsOf(shown, outcome, verbose);
  const columns = columnsFor(cells, width);
  const table = [
    ...rowsOf(shown, cells, columns, chalk),
    ...(rest === '' ? [] : wrap(rest, width)),
    ...(verbose ? wrap(LEGEND, width).map(line => chalk.dim(line)) : []),
  ];
  const noted = columns.some(({ key }) => key === 'note');
  const reasons = reasonLines(shown, outcome, noted).flatMap(line => wrap(line, width, HANGING));
  return textOf([table, reasons, summary]);
}

/** Joins blocks of lines, separated by empty lines. */
function textOf(blocks: readonly (readonly string[])[]): string {
  return blocks
    .filter(lines => lines.length > 0)
    .map(lines => `${lines.join('\n')}\n`)
    .join('\n');
}

/** The lines of the table: a header and a row for each server, of several lines if its name is broken. */
function rowsOf(
  shown: readonly ServerReport[],
  cells: readonly Cells[],
  columns: readonly Column[],
  chalk: ChalkInstance,
): readonly string[] {
  const table = new Table({
    head: columns.map(({ title }) => (title === '' ? '' : chalk.dim(title))),
    colAligns: columns.map(({ numeric }) => (numeric ? 'right' : 'left')),
    chars: borderless,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
  });
  for (const [i, report] of shown.entries()) {
    const paint = paintOf(report, chalk);
    table.push(
      columns.map(({ key, limit }) => {
        const cell = cells[i]![key];
        if (limit !== undefined) return breakWord(cell, limit, 1).join('\n');
        return key === 'tally' || key === 'note' ? paint(cell) : cell;
      }),
    );
  }
  return table
    .toString()
    .split('\n')
    .map(line => line.trimEnd());
}

/** The color of a row's tally and note: readable on dark and light backgrounds. */
function paintOf({ verdict }: ServerReport, chalk: ChalkInstance): (text: string) => string {
  switch (tallyOf(verdict)) {
    case '*':
      return chalk.green;
    case 'x':
      return chalk.red;
    case '?':
    case '-':
      return chalk.magenta;
    default:
      return text => text;
  }
}

const borderless = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map(name => [name, '']),
);
