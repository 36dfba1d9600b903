// argv → a command → an exit code. A user's mistake becomes one clear message and exit code 2; a bug prints its stack.

import { envelopeText } from '../report/envelope.ts';
import { EXIT_BUG, type ExitCode } from '../report/exit-code.ts';
import { escaped } from '../sources/server.ts';
import { runCommandLine, wantsJson, wantsPlugin } from './arguments/command-line.ts';
import { type Context, type Io, openContext } from './process/context.ts';
import { exitCodeOfError } from './process/error-exit-code.ts';
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
    const exitCode = exitCodeOfError(error);
    const mistake = exitCode !== EXIT_BUG;
    if (wantsJson(argv, io.env))
      context.printData(envelopeText({ exitCode }, { result: 'error', message: messageOf(error) }));
    context.note(`tsntp: ${mistake ? messageOf(error) : describeBug(error)}`);
    return wantsPlugin(argv) ? await pluginFailure(error, context) : exitCode;
  } finally {
    context.end();
  }
}

/** Monitoring shows the first line of stdout, and would take exit code 2 for a clock that is off. */
async function pluginFailure(error: unknown, context: Context): Promise<ExitCode> {
  const { pluginExitCode, pluginText } = await import('../report/fleet/fleet-plugin.ts');
  const outcome = { kind: 'no-reference', reason: messageOf(error), warnings: [] } as const;
  context.printData(pluginText(outcome));
  return pluginExitCode(outcome);
}

/** The message of an error, with control characters escaped: it may quote user input. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n').map(escaped).join('\n');
}
