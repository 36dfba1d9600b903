// A run of `sync` or `query` with --every → the same run again and again, and the exit code of the loop.

import { openRepetition } from '../../machine.ts';
import { repeat, type TurnEnd } from '../../repeat.ts';
import {
  EXIT_BUG,
  EXIT_CLOCK,
  EXIT_DONE,
  EXIT_USAGE,
  type ExitCode,
  exitCodeOf,
} from '../../report/exit-code.ts';
import { type RepetitionArguments, repetitionOf } from '../arguments/repetition.ts';
import type { Context } from '../process/context.ts';

/**
 * Repeats `turn`, which runs the command once and reports. Only a signal ends the loop, or what a further run would not change: a
 * usage error, a missing right, a bug, a closed stdout.
 */
export async function runAgain(
  turn: () => Promise<ExitCode>,
  args: RepetitionArguments,
  context: Context,
): Promise<ExitCode> {
  const options = repetitionOf(args);
  const { signal } = context;
  let exitCode: ExitCode = EXIT_DONE;
  const run = async (): Promise<TurnEnd> => {
    exitCode = await turn();
    return context.isUnread() ? 'last' : turnEndOf(exitCode);
  };
  await repeat(run, options, openRepetition(signal), wait => {
    if (!args.syslog) context.note(`tsntp: the next run begins ${Math.round(wait)} s after this one`);
  });
  return signal.aborted ? exitCodeOf({ kind: 'interrupted' }, context.interruptedBy()) : exitCode;
}

/** A correction that was refused is no failure: asking the servers again sooner would not change it. */
function turnEndOf(exitCode: ExitCode): TurnEnd {
  switch (exitCode) {
    case 0:
    case 5:
      return 'done';
    case 3:
    case 6:
      return 'failed';
    case EXIT_BUG:
    case EXIT_USAGE:
    case EXIT_CLOCK:
    case 130:
    case 143:
      return 'last';
    default:
      return exitCode satisfies never;
  }
}
