// The process → a run of the command → the process's exit. Answers --version before it loads the command or the streams,
// because scripts ask for it often, and reports uncaught exceptions as bugs.

import { writeSync } from 'node:fs';
import { VERSION } from '../../release.ts';
import { EXIT_BUG, EXIT_LOST } from '../../report/exit-code.ts';
import { type Context, openContext } from './context.ts';
import { forceExit } from './force-exit.ts';
import { describeBug } from './stack.ts';

/** Runs the command in this process, and ends the process with its exit code. */
export async function runProcess(process: NodeJS.Process): Promise<void> {
  if (asksForVersion(process) && wroteVersion()) return;
  // Node's default of ten frames does not reach from the core to the command.
  Error.stackTraceLimit = 20;
  process.once('uncaughtException', error => {
    process.stderr.write(`tsntp: ${describeBug(error)}\n`, () => process.exit(EXIT_BUG));
  });
  const context = openContext(process);
  const exitCode = await exitCodeFor(process, context);
  // Waits until all output is flushed: exiting earlier would lose what a pipe has not taken yet.
  process.stdout.write('', () => {
    const code = exitCode === 0 && context.isLost() ? EXIT_LOST : exitCode;
    process.stderr.write('', () => forceExit(code));
  });
}

async function exitCodeFor(process: NodeJS.Process, context: Context): Promise<number> {
  if (asksForVersion(process)) {
    context.print(`${VERSION}\n`);
    context.end();
    return 0;
  }
  const { main } = await import('../main.ts');
  return main(process.argv.slice(2), process, context);
}

function asksForVersion({ argv }: NodeJS.Process): boolean {
  return argv.length === 3 && (argv[2] === '--version' || argv[2] === '-V');
}

/** Writes the version without the streams of Node, which take longer to load than the rest; false if it cannot. */
function wroteVersion(): boolean {
  try {
    writeSync(1, `${VERSION}\n`);
    return true;
  } catch {
    // A full disk, a closed pipe, or one that is full: the streams know what to do.
    return false;
  }
}
