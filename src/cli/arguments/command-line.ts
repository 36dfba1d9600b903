// argv → a call of one of cli/commands/ with its validated arguments, or the help, or the version.

import { COMMAND_ROWS, type Command } from '../../options/command-table.ts';
import { OPTION_ROWS } from '../../options/option-names.ts';
import { readValue } from '../../options/value.ts';
import { VERSION } from '../../release.ts';
import type { ExitCode } from '../../report/exit-code.ts';
import { escaped, parseServer } from '../../sources/server.ts';
import { closest } from '../../sources/spelling.ts';
import { commands } from '../commands/index.ts';
import type { Context } from '../process/context.ts';
import { type CommandLine, poolsIn, readArgv, refuseForeignOptions } from './argv.ts';
import type { CommandArguments } from './command-arguments.ts';
import { isCommand, refuseCommandWords } from './command-words.ts';
import { refuseForeignActions } from './drift-actions.ts';
import { fromEnvironment, readVariables, refuseActionOnly } from './environment.ts';
import { readFlags } from './flags.ts';
import type { RepetitionArguments } from './repetition.ts';
import { argumentsOf, originOf, type Settings } from './settings.ts';
import { formatInOwnFile, readOwnFile } from './tsntp-conf.ts';
import { UsageError } from './usage-error.ts';

/** Runs the command that `argv` names and resolves with its exit code. Rejects with `UsageError` or the command's error. */
export async function runCommandLine(argv: readonly string[], context: Context): Promise<ExitCode> {
  const line = readArgv(argv);
  if (line.options.some(({ name, value }) => OPTION_ROWS[name].flagOnly && value === true))
    return printHelpOrVersion(line, context);
  const { command = 'sync' } = line;
  refuseLine(command, line);
  return run(command, line, context);
}

async function run<C extends Command>(command: C, line: CommandLine, context: Context): Promise<ExitCode> {
  const flags = readFlags(command, line);
  refuseActionOnly(context.io.env, command, flags.keys());
  const { settings } = COMMAND_ROWS[command];
  const variables = settings ? settingsOfVariables(command, context) : new Map();
  for (const word of line.words) warnOfPort(word, context);
  const read = () => {
    const places = settings ? [flags, variables, readOwnFile()] : [flags];
    const maxOffsetFrom = originOf('maxOffset', places);
    const args = { ...argumentsOf(command, places), ...wordsOf(command, line.words), maxOffsetFrom };
    return args as CommandArguments<C> & RepetitionArguments;
  };
  if (!flags.has('repeat') && !flags.has('jitter')) return commands[command](read(), context);
  const { runAgain } = await import('../commands/repeated.ts');
  return runAgain(() => commands[command](read(), context), read(), context);
}

/** The words under the name of the command's argument. */
function wordsOf(command: Command, words: readonly string[]): object {
  const { argument, choices, operand } = COMMAND_ROWS[command];
  if (argument === undefined) return {};
  if (choices === undefined) return { [argument]: words };
  return { [argument]: words[0], ...(operand && { [operand.argument]: words[1] }) };
}

/** The settings of the environment. Its warnings are printed. */
function settingsOfVariables(command: Command, context: Context): Settings {
  const { env, warnings } = readVariables(context.io.env);
  for (const warning of warnings) context.note(`warning: ${warning}`);
  return fromEnvironment(env, command);
}

/** With --help, only the command matters, wherever on the line it is. */
async function printHelpOrVersion(
  { command, options, words }: CommandLine,
  context: Context,
): Promise<ExitCode> {
  const asked = options.find(({ name }) => name === 'help');
  if (asked === undefined) context.print(`${VERSION}\n`);
  else {
    const { longHelp, shortHelp } = await import('./help.ts');
    const columns = context.io.stdout.columns || 80;
    const named = command ?? words.find(isCommand);
    context.print((asked.written === '-h' ? shortHelp : longHelp)(named, columns));
  }
  return 0;
}

/** Throws `UsageError` for options and words that the command does not take. */
function refuseLine(command: Command, { options, words }: CommandLine): void {
  refuseForeignOptions(command, options);
  const { choices } = COMMAND_ROWS[command];
  // The words after `schedule` are a command line of their own.
  if (command === 'schedule') return;
  if (choices === undefined) refuseCommandWords([...words, ...poolsIn(options)]);
  else refuseChoices(command, choices, words);
  if (command === 'drift') refuseForeignActions(words[0] ?? 'show', options);
  if (COMMAND_ROWS[command].words === undefined && words.length > 0)
    throw new UsageError(`${command} takes no servers: leave out "${escaped(words[0]!)}"`);
}

/** Throws `UsageError` unless the words are one of the command's choices, and the file that this one takes. */
function refuseChoices(
  command: Command,
  choices: readonly string[],
  [first, second, third]: readonly string[],
): void {
  const { bare, operand } = COMMAND_ROWS[command];
  if (first === undefined) {
    if (bare) return;
    throw new UsageError(`${command}: give one of ${choices.join(', ')}`);
  }
  if (!choices.includes(first)) {
    const meant = closest(first, choices, () => 1);
    const advice = meant === undefined ? `give one of ${choices.join(', ')}` : `did you mean "${meant}"?`;
    throw new UsageError(`${command}: "${escaped(first)}" is not allowed; ${advice}`);
  }
  const surplus = first === operand?.after ? third : second;
  if (surplus !== undefined)
    throw new UsageError(`${command} ${first} takes no more words: "${escaped(surplus)}"`);
}

/** Warns of an IPv6 address that ends in `:123`: it is valid, but 123 was probably meant as the port. */
function warnOfPort(word: string, context: Context): void {
  const [, address] = /^([\da-f:]+):123$/i.exec(word) ?? [];
  if (address === undefined || !/:.*:/.test(word)) return;
  const meant = `[${address}]:123`;
  try {
    parseServer(word, '');
    parseServer(meant, '');
  } catch {
    return;
  }
  context.note(`warning: ${word} is an IPv6 address without a port; with the port 123 it is ${meant}`);
}

/** Whether the report must be JSON, as far as a possibly invalid command line or setting shows it. */
export function wantsJson(argv: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const flags = flagsIn(argv);
  const json = /(?:^|\n)--json(?:=(.*))?(?=\n|$)/.exec(flags);
  if (json) return readValue(OPTION_ROWS.json.value, json[1] ?? '1') !== false;
  const format = /(?:^|\n)--format[=\n](.*)/.exec(flags)?.[1];
  if (format !== undefined) return format === 'json' || format === 'ndjson';
  // `completion` takes the format alone, so that no other variable can be an error here.
  const places = [() => fromEnvironment(readVariables(env).env, 'completion'), () => formatInOwnFile()];
  return places.map(place => saysJson(place)).find(said => said !== undefined) ?? false;
}

/** Whether the output must be that of a monitoring plugin, as far as a possibly invalid command line shows it. */
export function wantsPlugin(argv: readonly string[]): boolean {
  return argv[0] === 'check' && /(?:^|\n)--format[=\n]plugin(?=\n|$)/.test(flagsIn(argv));
}

/** The words before `--`, one per line. */
function flagsIn(argv: readonly string[]): string {
  const [flags = ''] = argv.join('\n').split(/(?:^|\n)--(?=\n|$)/);
  return flags;
}

/** Whether a place asks for JSON; undefined if it does not say or cannot be read. */
function saysJson(place: () => Settings): boolean | undefined {
  try {
    const settings = place();
    if (settings.get('json')?.value === true) return true;
    const format = settings.get('format')?.value;
    return format === undefined ? undefined : format === 'json';
  } catch {
    return undefined;
  }
}
