// argv → a command → an exit code. A mistake of the user becomes one clear message and exit 2; a bug shows its stack.

import { ClockError } from '../clock/clock.ts';
import { envelopeText } from '../report/envelope.ts';
import { EXIT_BUG, EXIT_CLOCK, EXIT_USAGE, type ExitCode } from '../report/exit-code.ts';
import { escaped } from '../sources/server.ts';
import { runCommandLine } from './arguments/command-line.ts';
import { UsageError } from './arguments/usage-error.ts';
import { type Context, type Io, openContext } from './process/context.ts';
import { describeBug } from './process/stack.ts';

/** Runs tsntp as the command line says. Never rejects. */
export async function main(
  argv: readonly string[],
  io: Io,
  context: Context = openContext(io),
): Promise<ExitCode> {
  try {
    return await runCommandLine(argv, context);
  } catch (error) {
    const exitCode = exitCodeFor(error);
    const mistake = exitCode !== EXIT_BUG;
    if (wantsJson(argv, io.env))
      context.print(envelopeText({ exitCode }, { result: 'error', message: messageOf(error) }));
    context.note(`tsntp: ${mistake ? messageOf(error) : describeBug(error)}`);
    return exitCode;
  } finally {
    context.end();
  }
}

function exitCodeFor(error: unknown): ExitCode {
  if (error instanceof ClockError) return EXIT_CLOCK;
  return error instanceof UsageError ? EXIT_USAGE : EXIT_BUG;
}

/** Before the options are read: in JSON mode every outcome is JSON. */
function wantsJson(argv: readonly string[], env: NodeJS.ProcessEnv): boolean {
  if (argv.includes('--json')) return true;
  const said = /(?:^|\n)--format[=\n](.*)/.exec(argv.join('\n'))?.[1];
  return (said ?? env.TSNTP_FORMAT) === 'json';
}

/** A message may quote what was typed: nothing in it may steer the terminal. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n').map(escaped).join('\n');
}
