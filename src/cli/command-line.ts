// The commands, as yargs has them: argv → one of cli/commands/ with its checked arguments. Help, version and
// completion are yargs' own.

import yargs, { type Argv } from 'yargs';
import { VERSION } from '../release.ts';
import { optionsGiven, spellOut } from './argv.ts';
import { runSync } from './commands/sync.ts';
import { withoutOverruled } from './environment.ts';
import { EXIT_CODES } from './exit-code.ts';
import {
  everyOption,
  withMeasuringOptions,
  withRtcOptions,
  withSettingOptions,
  withStatusOptions,
} from './options.ts';
import type { Run } from './run.ts';
import { UsageError } from './usage-error.ts';

/** Runs the command that `argv` names, and resolves with its exit code. Rejects with `UsageError` and what commands throw. */
export async function runCommandLine(argv: readonly string[], run: Run): Promise<number> {
  let exitCode = 0;
  const options = everyOption();
  const words = spellOut(argv, options);
  const env = withoutOverruled(run.io.env, optionsGiven(words, options), options);
  const cli = declareCommands(yargs(), env, run, code => {
    exitCode = code;
  });
  cli
    .scriptName('tsntp')
    .locale('en')
    .usage('$0: sets this machine’s clock from the network, once, and exits')
    .parserConfiguration({ 'dot-notation': false, 'populate--': true })
    .example('$0 sync pool.ntp.org', 'set the clock (as root)')
    .example('$0 -q -v pool.ntp.org', 'who says what? no privilege needed')
    .example('$0 -f /etc/ntp.conf --format json', 'for scripts')
    .epilogue(epilogue())
    .version(VERSION)
    .alias({ help: 'h', version: 'V' })
    .strict()
    .exitProcess(false)
    .showHelpOnFail(false)
    .wrap(Math.min(100, run.io.stdout.columns || 80))
    .fail((message, error) => {
      throw error ? asUsageError(error) : new UsageError(`${withDashes(message)}; see tsntp --help`);
    });
  await parse(cli, words, run);
  return exitCode;
}

/** Each command with its options; `ended` is told its exit code. What a run may do without is imported when it is called. */
function declareCommands(
  cli: Argv,
  env: NodeJS.ProcessEnv,
  run: Run,
  ended: (exitCode: number) => void,
): Argv {
  return cli
    .command(
      ['sync [server..]', '$0'],
      'measure, and set this machine’s clock once',
      builder => withSettingOptions(withMeasuringOptions(builder, env), env),
      async args => {
        refuseCommandWord(args.server);
        ended(await runSync(args, 'sync', run));
      },
    )
    .command(
      'query [server..]',
      'measure and report; never touch the clock (sync -q)',
      builder => withMeasuringOptions(builder, env),
      async args => ended(await runSync(args, 'query', run)),
    )
    .command(
      'demo',
      'four servers inside this command, one of them lying: what sync would do',
      {},
      async () => {
        const { runDemo } = await import('./commands/demo.ts');
        ended(await runDemo(run));
      },
    )
    .command(
      'status',
      'what the kernel and the last runs say: in sync? error bound, slew left, hardware clock',
      builder => withStatusOptions(builder, env),
      async args => {
        const { runStatus } = await import('./commands/status.ts');
        ended(await runStatus(args, run));
      },
    )
    .command(
      'rtc <action>',
      'the hardware clock: show it, write it from the system clock, or read it into that',
      builder => withRtcOptions(builder, env),
      async args => {
        const { runRtc } = await import('./commands/rtc.ts');
        ended(await runRtc(args.action, args, run));
      },
    )
    .command('completion', 'print a script for shell completion (bash, zsh)', {}, () => {
      cli.showCompletionScript();
    })
    .completion('completion-words', false);
}

const COMMAND_WORDS = ['sync', 'query', 'demo', 'status', 'rtc', 'completion'];

/** After an option without a value, as in `tsntp -v query`, yargs takes the command for a server: and would set the clock. */
function refuseCommandWord(servers: readonly string[] = []): void {
  const word = servers.find(server => COMMAND_WORDS.includes(server));
  if (word === undefined) return;
  throw new UsageError(
    `"${word}" is a command, and comes first: tsntp ${word} …; a server of that name is written ${word}:123`,
  );
}

/** yargs prints --help, --version and completions through this callback. */
async function parse(cli: Argv, argv: readonly string[], run: Run): Promise<void> {
  await cli.parseAsync(argv, {}, (error: unknown, _args: unknown, output: string) => {
    if (error) throw asUsageError(error);
    if (output !== '') run.print(`${output}\n`);
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
