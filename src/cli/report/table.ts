// An outcome for a person at a terminal: a table with the columns and tally characters of `ntpq -p`, then one
// sentence. Where the terminal is narrow, the columns that matter least go first.

import { Chalk, type ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import { formatRefid } from '../../ntp/refid.ts';
import type { Outcome, ServerReport } from '../../pipeline/outcome.ts';
import {
  authenticationOf,
  behind,
  measuredOf,
  nameOf,
  packetOf,
  stratumOf,
  tallyOf,
} from '../../report/labels.ts';
import { formatDuration, formatOffset } from '../../report/quantity.ts';
import { reasonOf } from '../../report/reason.ts';
import { summaryOf } from '../../report/summary.ts';
import type { Terminal } from '../process/terminal.ts';
import { selectRows } from './row-selection.ts';

export interface TableContext {
  readonly terminal: Terminal;
  /** Every server, however many there are; also the names behind addresses, and versions. */
  readonly verbose: boolean;
}

/** The table and the sentence, ending with a line end. */
export function tableText(outcome: Outcome, { terminal, verbose }: TableContext): string {
  const { colors, width } = terminal;
  const chalk = new Chalk({ level: colors });
  const sentence = wrap(summaryOf(outcome), width);
  const color =
    outcome.kind === 'no-suitable-server' || outcome.kind === 'clock-error' ? chalk.red : chalk.bold;
  if (outcome.servers.length === 0) return `${color(sentence)}\n`;
  const { shown, rest } = verbose ? { shown: outcome.servers, rest: '' } : selectRows(outcome.servers);
  const cells = shown.map(report => cellsOf(report, outcome, verbose));
  const columns = fitting(cells, width);
  const table = new Table({
    head: columns.map(column => (column.title === '' ? '' : chalk.dim(column.title))),
    colAligns: columns.map(column => (column.numeric ? 'right' : 'left')),
    chars: borderless,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const [i, report] of shown.entries()) {
    const paint = paintOf(report, chalk);
    table.push(columns.map(column => paint(cut(cells[i]![column.key], column.limit))));
  }
  const lines = table
    .toString()
    .split('\n')
    .map(line => line.trimEnd());
  if (rest !== '') lines.push(wrap(rest, width));
  return `${lines.join('\n')}\n\n${color(sentence)}\n`;
}

type Key =
  | 'tally'
  | 'remote'
  | 'auth'
  | 'refid'
  | 'stratum'
  | 'delay'
  | 'offset'
  | 'jitter'
  | 'reach'
  | 'note';
type Cells = Readonly<Record<Key, string>>;

interface Column {
  readonly key: Key;
  readonly title: string;
  readonly numeric?: true;
  /** Characters that its cells may have. */
  readonly limit?: number | undefined;
}

const COLUMNS: readonly Column[] = [
  { key: 'tally', title: '' },
  { key: 'remote', title: 'remote' },
  { key: 'auth', title: 'auth' },
  { key: 'refid', title: 'refid' },
  { key: 'stratum', title: 'st', numeric: true },
  { key: 'delay', title: 'delay', numeric: true },
  { key: 'offset', title: 'offset', numeric: true },
  { key: 'jitter', title: 'jitter', numeric: true },
  { key: 'reach', title: 'reach', numeric: true },
  { key: 'note', title: 'note' },
];
const DISPENSABLE: readonly Key[] = ['jitter', 'refid', 'reach', 'delay', 'stratum'];
const GAP = 2;
/** What the note is left with before columns go, and when none are left to go. */
const NARROW_NOTE = 12;
const NARROWEST_NOTE = 8;

function cellsOf(report: ServerReport, outcome: Outcome, verbose: boolean): Cells {
  const { estimate, burst, verdict } = report;
  const packet = packetOf(report);
  const measured = measuredOf(report);
  const named = behind(report);
  const notes = [
    reasonOf(report, outcome),
    verbose && named ? named.host : '',
    verbose && packet ? `version ${packet.version}` : '',
  ];
  return {
    tally: tallyOf(verdict),
    remote: nameOf(report),
    auth: authenticationOf(report),
    refid: packet ? formatRefid(packet.refid, packet.stratum) : '',
    stratum: packet ? String(stratumOf(packet)) : '',
    delay: measured ? formatDuration(measured.delay) : '',
    offset: measured ? formatOffset(measured.offset) : '',
    jitter: estimate ? formatDuration(estimate.jitter) : '',
    reach: burst ? `${burst.answered}/${burst.sent}` : '',
    note: notes.filter(note => note !== '').join('; '),
  };
}

/** The columns that are not empty and fit the width; the note takes what is left, and the remote names give way last. */
function fitting(rows: readonly Cells[], width: number | undefined): readonly Column[] {
  let columns = COLUMNS.filter(({ key }) => key === 'tally' || rows.some(row => row[key] !== ''));
  if (width === undefined) return columns;
  const widthOf = ({ key, title }: Column) =>
    Math.max(title.length, ...rows.map(row => row[key].length)) + GAP;
  const leftBy = (...keys: readonly Key[]) =>
    columns.reduce((left, column) => left - (keys.includes(column.key) ? 0 : widthOf(column)), width);
  // A last column without a note needs no gap after it.
  const noted = columns.some(({ key }) => key === 'note');
  for (const key of DISPENSABLE) {
    if (leftBy('note') >= (noted ? NARROW_NOTE : -GAP)) break;
    columns = columns.filter(column => column.key !== key);
  }
  const note = Math.max(NARROWEST_NOTE, leftBy('note'));
  const remote = leftBy('note', 'remote') - (noted ? note + GAP : 0);
  const limits: Partial<Record<Key, number>> = { note, remote };
  return columns.map(column => ({ ...column, limit: limits[column.key] }));
}

function cut(text: string, limit: number | undefined): string {
  return limit === undefined || text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

function paintOf({ verdict }: ServerReport, chalk: ChalkInstance): (text: string) => string {
  switch (tallyOf(verdict)) {
    case '*':
      return chalk.green;
    case 'x':
      return chalk.red;
    case '?':
    case '-':
      return chalk.yellow;
    default:
      return text => text;
  }
}

function wrap(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

const borderless = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map(name => [name, '']),
);
