// argv → a command → an exit code. A user's mistake becomes one clear message and exit code 2; a bug prints its stack.

import { ClockError } from '../clock/clock.ts';
import { envelopeText } from '../report/envelope.ts';
import { EXIT_BUG, EXIT_CLOCK, EXIT_USAGE, type ExitCode } from '../report/exit-code.ts';
import { escaped } from '../sources/server.ts';
import { runCommandLine, wantsJson } from './arguments/command-line.ts';
import { UsageError } from './arguments/usage-error.ts';
import { type Context, type Io, openContext } from './process/context.ts';
import { describeBug } from './process/stack.ts';

/** Runs the command that `argv` describes and resolves with its exit code. Never rejects. */
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
      context.printData(envelopeText({ exitCode }, { result: 'error', message: messageOf(error) }));
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

/** The message of an error, with control characters escaped: it may quote user input. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n').map(escaped).join('\n');
}
