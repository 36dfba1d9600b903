// The commands, as yargs has them: argv → one of cli/commands/ with its checked arguments. Help, version and
// completion are yargs' own.

import yargs, { type Argv } from 'yargs';
import { VERSION } from '../../release.ts';
import { EXIT_CODES, type ExitCode } from '../../report/exit-code.ts';
import { escaped } from '../../sources/server.ts';
import { closest } from '../../sources/spelling.ts';
import { commands } from '../commands/index.ts';
import type { Context } from '../process/context.ts';
import { type CommandLine, canonicalArgv, readArgv, refuseForeignOptions } from './argv.ts';
import { isCommand, refuseCommandWords } from './command-words.ts';
import {
  everyOption,
  generalOptions,
  optionsOf,
  withMeasuringOptions,
  withRtcOptions,
  withSettingOptions,
  withStatusOptions,
} from './declare.ts';
import { readVariables, withoutOverruled } from './environment.ts';
import { RTC_ACTIONS } from './option-table.ts';
import { UsageError } from './usage-error.ts';

/** Runs the command that `argv` names, and resolves with its exit code. Rejects with `UsageError` and what commands throw. */
export async function runCommandLine(argv: readonly string[], context: Context): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const { words, env } = argv[0] === COMPLETIONS ? { words: argv, env: {} } : read(argv, context);
  const cli = declareCommands(yargs([], '/'), env, context, code => {
    exitCode = code;
  });
  cli
    .scriptName('tsntp')
    .locale('en')
    .usage('$0: sets this machine’s clock from the network, once, and exits')
    .parserConfiguration({ 'dot-notation': false, 'parse-positional-numbers': false, 'populate--': true })
    .example('$0 sync pool.ntp.org', 'set the clock (as root)')
    .example('$0 -q -v pool.ntp.org', 'who says what? no privilege needed')
    .example('$0 -f /etc/ntp.conf --format json', 'for scripts')
    .epilogue(epilogue())
    .version(VERSION)
    .alias({ help: 'h', version: 'V' })
    .strict()
    .exitProcess(false)
    .showHelpOnFail(false)
    .wrap(Math.min(100, context.io.stdout.columns || 80))
    .fail((message, error) => {
      throw error ? asUsageError(error) : new UsageError(`${withDashes(message)}; see tsntp --help`);
    });
  await parse(cli, words, context);
  return exitCode;
}

/** Each command with its options; `ended` is told its exit code. */
function declareCommands(
  cli: Argv,
  env: NodeJS.ProcessEnv,
  context: Context,
  ended: (exitCode: ExitCode) => void,
): Argv {
  return cli
    .command(
      ['sync [server..]', '$0'],
      'measure, and set this machine’s clock once',
      builder => withSettingOptions(withMeasuringOptions(builder, env), env),
      async args => ended(await commands.sync(args, context)),
    )
    .command(
      'query [server..]',
      'measure and report; never touch the clock (sync -q)',
      builder => withMeasuringOptions(builder, env),
      async args => ended(await commands.query(args, context)),
    )
    .command(
      'demo',
      'four servers inside this command, one of them lying: what sync would do',
      {},
      async args => ended(await commands.demo(args, context)),
    )
    .command(
      'status',
      'what the kernel and the last runs say: in sync? error bound, slew left, hardware clock',
      builder => withStatusOptions(builder, env),
      async args => ended(await commands.status(args, context)),
    )
    .command(
      'rtc <action>',
      'the hardware clock: show it, write it from the system clock, or read it into that',
      builder => withRtcOptions(builder, env),
      async args => ended(await commands.rtc(args, context)),
    )
    .command('completion', 'print a script for shell completion (bash, zsh)', {}, () => {
      cli.showCompletionScript();
    })
    .completion('completion-words', false);
}

/** The command line as yargs takes it, and the variables that have a say beside it. Throws `UsageError`. */
function read(
  argv: readonly string[],
  context: Context,
): { words: readonly string[]; env: NodeJS.ProcessEnv } {
  const all = everyOption();
  const line = readArgv(argv, { ...all, ...generalOptions });
  const checked = asksForHelp(line) ? helpLine(line) : checkedLine(line);
  const { env, warnings } = readVariables(context.io.env, all);
  for (const warning of warnings) context.note(`warning: ${warning}`);
  const given = new Set(line.options.map(({ name }) => name));
  return { words: canonicalArgv(checked), env: withoutOverruled(env, given, all) };
}

function asksForHelp({ options }: CommandLine): boolean {
  return options.some(({ name, value }) => Object.hasOwn(generalOptions, name) && value === true);
}

/** Of a line that asks for help, the command counts wherever it stands, and nothing else does. */
function helpLine({ command, options, words }: CommandLine): CommandLine {
  const named = command ?? words.find(isCommand);
  return {
    command: named,
    options: options.filter(({ name }) => Object.hasOwn(generalOptions, name)),
    words: [],
  };
}

/** Refuses what the command does not take, before yargs takes it for something else. */
function checkedLine({ command = 'sync', options, words }: CommandLine): CommandLine {
  refuseForeignOptions(command, options, optionsOf);
  if (command === 'rtc') refuseRtcWords(words);
  else refuseCommandWords([...words, ...poolsIn(options)]);
  if (command !== 'rtc' && command !== 'sync' && command !== 'query' && words.length > 0)
    throw new UsageError(`tsntp ${command} takes no servers: leave out "${escaped(words[0]!)}"`);
  // Before another command than the default one yargs lays out all of --help, which takes longer than the rest of the start.
  return { command: command === 'sync' ? undefined : command, options, words };
}

/** The names that --pool is given: a command after it was meant as one. */
function poolsIn(options: CommandLine['options']): readonly string[] {
  return options.flatMap(({ name, value }) => (name === 'pool' && typeof value === 'string' ? [value] : []));
}

function refuseRtcWords([action, second]: readonly string[]): void {
  const actions: readonly string[] = RTC_ACTIONS;
  if (action === undefined) throw new UsageError(`rtc: say what to do: ${actions.join(', ')}`);
  if (!actions.includes(action)) {
    const meant = closest(action, actions, () => 1);
    const advice = meant === undefined ? `give one of ${actions.join(', ')}` : `did you mean "${meant}"?`;
    throw new UsageError(`rtc: "${escaped(action)}" is not allowed; ${advice}`);
  }
  if (second !== undefined) throw new UsageError(`rtc ${action} takes no more words: "${escaped(second)}"`);
}

/** What the script of `completion` calls: what follows is not meant yet. */
const COMPLETIONS = '--get-yargs-completions';

/** yargs prints --help, --version and completions through this callback. */
async function parse(cli: Argv, argv: readonly string[], context: Context): Promise<void> {
  await cli.parseAsync(argv, {}, (error: unknown, _args: unknown, output: string) => {
    if (error) throw asUsageError(error);
    if (output !== '') context.print(`${output}\n`);
  });
}

/** yargs wraps what our validators throw in an error of its own. */
function asUsageError(error: unknown): unknown {
  return error instanceof Error && error.name === 'YError' ? new UsageError(error.message) : error;
}

/** yargs names an unknown option without its dashes. */
function withDashes(message: string): string {
  return message.replace(/^Unknown argument: (\S+)$/, (_, name: string) =>
    name.length === 1 ? `unknown option -${name}` : `unknown option --${name}`,
  );
}

function epilogue(): string {
  const width = Math.max(...EXIT_CODES.map(([code]) => code.length));
  const codes = EXIT_CODES.map(([code, meaning]) => `  ${code.padEnd(width)}  ${meaning}`);
  return [
    'Exit codes:',
    ...codes,
    '',
    'Every option can be given in the environment: TSNTP_TIMEOUT=1 is --timeout 1. TSNTP_SERVERS names servers.',
    'Positive offset = the server is ahead = this clock is behind. More in tsntp(8).',
  ].join('\n');
}
