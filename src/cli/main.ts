// argv → a command → an exit code. Users' mistakes become one clear message and exit 2; a bug shows its stack.

import type { Argv } from 'yargs';
import { ClockError } from '../clock/clock.ts';
import { escaped } from '../net/server.ts';
import { VERSION } from '../release.ts';
import { EXIT_BUG, EXIT_CLOCK, EXIT_CODES, EXIT_USAGE } from './exit-code.ts';
import { jsonError } from './report/json.ts';
import { beginRun, type Io, type Run } from './run.ts';
import { UsageError } from './usage-error.ts';

/** Runs tsntp as the command line says. Never rejects. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const run = beginRun(io);
  try {
    if (asksVersion(argv)) {
      run.print(`${VERSION}\n`);
      return 0;
    }
    return await dispatch(argv, run);
  } catch (error) {
    const mistake = error instanceof UsageError || error instanceof ClockError;
    const exitCode = error instanceof ClockError ? EXIT_CLOCK : mistake ? EXIT_USAGE : EXIT_BUG;
    if (wantsJson(argv, io.env)) run.print(jsonError(messageOf(error), exitCode, VERSION));
    run.note(
      mistake ? `tsntp: ${messageOf(error)}` : `tsntp: this is a bug, please report it: ${stackOf(error)}`,
    );
    return exitCode;
  } finally {
    run.end();
  }
}

/** Answered before yargs is loaded: scripts ask it often. */
function asksVersion(argv: readonly string[]): boolean {
  return argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V');
}

async function dispatch(argv: readonly string[], run: Run): Promise<number> {
  let exitCode = 0;
  const { env } = run.io;
  const [{ default: yargs }, options, { runSync }] = await Promise.all([
    import('yargs'),
    import('./options.ts'),
    import('./commands/sync.ts'),
  ]);
  const cli: Argv = yargs();
  cli
    .scriptName('tsntp')
    .locale('en')
    .usage('$0: sets this machine’s clock from the network, once, and exits')
    .command(
      ['sync [server..]', '$0'],
      'measure, and set this machine’s clock once',
      builder => options.withSettingOptions(options.withMeasuringOptions(builder, env), env),
      async args => {
        exitCode = await runSync(args, 'sync', run);
      },
    )
    .command(
      'query [server..]',
      'measure and report; never touch the clock (sync -q)',
      builder => options.withMeasuringOptions(builder, env),
      async args => {
        exitCode = await runSync(args, 'query', run);
      },
    )
    .command(
      'demo',
      'four servers inside this command, one of them lying: what sync would do',
      {},
      async () => {
        const { runDemo } = await import('./commands/demo.ts');
        exitCode = await runDemo(run);
      },
    )
    .command(
      'status',
      'what the kernel and the last runs say: in sync? error bound, slew left, hardware clock',
      builder => options.withStatusOptions(builder, env),
      async args => {
        const { runStatus } = await import('./commands/status.ts');
        exitCode = await runStatus(args, run);
      },
    )
    .command(
      'rtc <action>',
      'the hardware clock: show it, write it from the system clock, or read it into that',
      builder => options.withRtcOptions(builder, env),
      async args => {
        const { runRtc } = await import('./commands/rtc.ts');
        exitCode = await runRtc(args.action, args, run);
      },
    )
    .command('completion', 'print a script for shell completion (bash, zsh)', {}, () => {
      cli.showCompletionScript();
    })
    .completion('completion-words', false)
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
      throw error ? asUsageError(error) : new UsageError(`${message}; see tsntp --help`);
    });
  await parse(cli, argv, run);
  return exitCode;
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

/** Also before the options are read: in JSON mode every outcome is JSON. */
function wantsJson(argv: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const said = /(?:^|\n)--format[=\n](.*)/.exec(argv.join('\n'))?.[1];
  return (said ?? env.TSNTP_FORMAT) === 'json';
}

/** A message may quote what the user typed: nothing in it is to steer his terminal. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n').map(escaped).join('\n');
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
