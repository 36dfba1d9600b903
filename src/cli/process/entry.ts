// The process's beginning and end. What scripts ask often is answered before the command is read; what was not caught
// is reported as the bug it is.

import { VERSION } from '../../release.ts';
import { EXIT_BUG, EXIT_LOST } from '../../report/exit-code.ts';
import { type Context, openContext } from './context.ts';
import { forceExit } from './force-exit.ts';
import { describeBug } from './stack.ts';

/** Runs tsntp as this process, and ends it. */
export async function runProcess(process: NodeJS.Process): Promise<void> {
  // Ten frames, as Node has it, do not reach from the core to the command.
  Error.stackTraceLimit = 20;
  process.once('uncaughtException', error => {
    process.stderr.write(`tsntp: ${describeBug(error)}\n`, () => process.exit(EXIT_BUG));
  });
  const context = openContext(process);
  const exitCode = await exitCodeFor(process, context);
  // Pipes take their time: what has not been read yet would be lost.
  process.stdout.write('', () => {
    const code = exitCode === 0 && context.isLost() ? EXIT_LOST : exitCode;
    process.stderr.write('', () => forceExit(code));
  });
}

async function exitCodeFor(process: NodeJS.Process, context: Context): Promise<number> {
  const argv = process.argv.slice(2);
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    context.print(`${VERSION}\n`);
    context.end();
    return 0;
  }
  const { main } = await import('../main.ts');
  return main(argv, process, context);
}
