// The process's beginning and end. What scripts ask often is answered before the command is read; what was not caught
// is reported as the bug it is.

import { VERSION } from '../../release.ts';
import { EXIT_BUG } from '../exit-code.ts';
import { openContext } from './context.ts';
import { forceExit } from './force-exit.ts';
import { describeBug } from './stack.ts';

/** Runs tsntp as this process, and ends it. */
export async function runProcess(process: NodeJS.Process): Promise<void> {
  // Ten frames, as Node has it, do not reach from the core to the command.
  Error.stackTraceLimit = 20;
  process.once('uncaughtException', error => {
    process.stderr.write(`tsntp: ${describeBug(error)}\n`, () => process.exit(EXIT_BUG));
  });
  const exitCode = await exitCodeFor(process);
  // Pipes take their time: what has not been read yet would be lost.
  process.stdout.write('', () => process.stderr.write('', () => forceExit(exitCode)));
}

async function exitCodeFor(process: NodeJS.Process): Promise<number> {
  const argv = process.argv.slice(2);
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    const context = openContext(process);
    context.print(`${VERSION}\n`);
    context.end();
    return 0;
  }
  const { main } = await import('../main.ts');
  return main(argv, process);
}
