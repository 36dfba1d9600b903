// An outcome for a person at a terminal: a table with the columns and tally characters of `ntpq -p`, the reasons in full
// below it, then the summary. No line is wider than the terminal, and nothing but empty columns and the less important
// ones is left out.

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

export interface TableContext {
  readonly terminal: Pick<Terminal, 'colors' | 'width'>;
  /** Every server, however many there are; also the addresses behind names, versions, and what the tally means. */
  readonly verbose: boolean;
}

const LEGEND = '* system peer, + survivor, - outlier, x falseticker, ? unusable, blank: measured only';
/** How far a reason's second line is indented, so that the names stand out. */
const HANGING = 4;

/** The table, the reasons and the summary, ending with a line end. */
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

/** Blocks of lines, with an empty line between two. */
function textOf(blocks: readonly (readonly string[])[]): string {
  return blocks
    .filter(lines => lines.length > 0)
    .map(lines => `${lines.join('\n')}\n`)
    .join('\n');
}

/** The header, and a row for each server: of one line, or of more where its name is broken. */
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

/** Colors that can be read on a dark background and on a light one; of the row, only what they are about has them. */
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
