// The tables of options and commands → the help text: one screen for -h, everything for --help; as wide as the terminal.

import { COMMAND_NAMES, COMMAND_ROWS, type Command } from '../../options/command-table.ts';
import {
  flagOf,
  keywordOf,
  OPTION_ROWS,
  type OptionName,
  optionsOf,
  variableOf,
} from '../../options/option-names.ts';
import { GROUPS, type Group } from '../../options/option-row.ts';
import { rangeText } from '../../options/value.ts';
import { EXIT_CODES } from '../../report/exit-code.ts';
import { wrap } from '../report/wrap.ts';

/** A term, and its meaning. */
type Entry = readonly [left: string, right: string];

/** The maximum length of a line, however wide the terminal is. */
const WIDEST = 100;
/** In a narrower terminal, each meaning is below its term instead of beside it. */
const NARROW = 60;
/** A longer term has its meaning on the next line. */
const LEFT = 31;

const TITLE = "tsntp: sets this machine's clock from the network, once, and exits";

/** One screen: the usage, the commands, the most common options, and where to find all of them. */
export function shortHelp(command: Command | undefined, columns: number): string {
  const width = Math.min(WIDEST, columns);
  const common = optionsOf(command ?? 'sync').filter(name => OPTION_ROWS[name].common);
  return text([
    ...wrap(usageOf(command), width),
    '',
    ...(command === undefined ? [...shortCommands(width), ''] : []),
    ...entries(common.map(optionEntry), width),
    '',
    `All options, and exit codes: tsntp ${command === undefined ? '' : `${command} `}--help, or man tsntp`,
  ]);
}

/** The complete help of tsntp, or of one command. */
export function longHelp(command: Command | undefined, columns: number): string {
  const width = Math.min(WIDEST, columns);
  const about = command === undefined ? TITLE : COMMAND_ROWS[command].describe;
  return text([
    ...wrap(usageOf(command), width),
    '',
    ...wrap(about, width),
    ...(command === undefined ? section('Commands', COMMAND_NAMES.map(commandEntry), width) : []),
    ...groupsOf(command ?? 'sync').flatMap(([title, names]) => section(title, names.map(optionEntry), width)),
    ...(command === undefined ? [...section('Examples', EXAMPLES, width)] : []),
    ...section(
      'Exit codes',
      EXIT_CODES.map(([code, meaning]) => [code, meaning] as const),
      width,
    ),
    '',
    ...notesOf(command).flatMap(note => wrap(note, width)),
  ]);
}

const EXAMPLES: readonly Entry[] = [
  ['tsntp sync pool.ntp.org', 'set the clock (as root)'],
  ['tsntp -q -v pool.ntp.org', 'compare the servers; no privilege needed'],
  ['tsntp -f /etc/ntp.conf --json', 'for scripts'],
];

function notesOf(command: Command | undefined): readonly string[] {
  return [
    'S is seconds, or a number with a unit: 250ms, 2m, 1h.',
    ...(COMMAND_ROWS[command ?? 'sync'].settings ? [settingsNote(command ?? 'sync')] : []),
    command === 'check'
      ? 'Positive offset = the host is ahead of the reference. More in tsntp(8).'
      : 'Positive offset = the server is ahead = this clock is behind. More in tsntp(8).',
  ];
}

/** How to set options elsewhere, with an option of the command as an example. */
function settingsNote(command: Command): string {
  const own = optionsOf(command);
  const [name, value] = SETTING_EXAMPLES.find(([each]) => own.includes(each))!;
  const which = own.some(each => OPTION_ROWS[each].actionOnly) ? 'Most options' : 'Every option';
  const servers = own.includes('servers') ? ' TSNTP_SERVERS names servers.' : '';
  return (
    `${which} can also be set in the environment (${variableOf(name)}=${value} is --${flagOf(name)} ${value}), and ` +
    `most in /etc/tsntp.conf ("${keywordOf(name)} ${value}"). A flag overrides the environment, which overrides the ` +
    `file.${servers}`
  );
}

const SETTING_EXAMPLES: readonly (readonly [OptionName, value: string])[] = [
  ['timeout', '1'],
  ['waitTimeout', '60'],
  ['state', '/srv/tsntp'],
  ['source', '192.0.2.1'],
];

function usageOf(command: Command | undefined): string {
  const { words } = COMMAND_ROWS[command ?? 'sync'];
  const name = command === undefined || command === 'sync' ? '[sync]' : command;
  return ['Usage: tsntp', name, '[option..]', ...(words === undefined ? [] : [words])].join(' ');
}

/** The common commands with their meanings, and the names of the others. */
function shortCommands(width: number): readonly string[] {
  const isCommon = (name: Command) => COMMAND_ROWS[name].common === true;
  const others = COMMAND_NAMES.filter(name => !isCommon(name)).join(', ');
  return [
    ...entries(COMMAND_NAMES.filter(isCommon).map(commandEntry), width),
    ...wrap(`also: ${others}; see tsntp COMMAND -h`, width - 2).map(line => `  ${line}`),
  ];
}

function commandEntry(name: Command): Entry {
  const { words, describe } = COMMAND_ROWS[name];
  return [['tsntp', name, ...(words === undefined ? [] : [words])].join(' '), describe];
}

function optionEntry(name: OptionName): Entry {
  const { letter, placeholder, describe, value: takes, default: otherwise } = OPTION_ROWS[name];
  const short = letter === undefined ? '    ' : `-${letter}, `;
  const value = placeholder === undefined ? '' : ` ${placeholder}`;
  const range = takes.kind === 'whole' ? rangeText(takes) : undefined;
  const bounds = [range, otherwise === undefined ? undefined : `default: ${otherwise}`].filter(Boolean);
  return [
    `${short}--${flagOf(name)}${value}`,
    bounds.length === 0 ? describe : `${describe} (${bounds.join('; ')})`,
  ];
}

/** The options of a command, grouped by heading. */
function groupsOf(command: Command): readonly (readonly [title: string, names: readonly OptionName[]])[] {
  const shown = optionsOf(command).filter(name => !OPTION_ROWS[name].hidden);
  return Object.entries(GROUPS)
    .map(
      ([group, title]) =>
        [title, shown.filter(name => OPTION_ROWS[name].group === (group as Group))] as const,
    )
    .filter(([, names]) => names.length > 0);
}

function section(title: string, rows: readonly Entry[], width: number): readonly string[] {
  return ['', `${title}:`, ...entries(rows, width)];
}

/** Two columns, or in a narrow terminal one column. */
function entries(rows: readonly Entry[], width: number): readonly string[] {
  const narrow = width < NARROW;
  const left = narrow ? 4 : Math.min(LEFT, Math.max(...rows.map(([one]) => one.length))) + 2;
  return rows.flatMap(([one, meaning]) => {
    const lines = wrap(meaning, width - left - 2).map(line => ' '.repeat(left + 2) + line);
    if (narrow || one.length > left - 2) return [...wrap(one, width - 2).map(line => `  ${line}`), ...lines];
    return [`  ${one.padEnd(left)}${lines[0]!.trimStart()}`, ...lines.slice(1)];
  });
}

function text(lines: readonly string[]): string {
  return lines.map(line => `${line}\n`).join('');
}
