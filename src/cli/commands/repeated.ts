// A run of `sync` or `query` with --every → the same run again and again, and the exit code of the loop.

import { openRepetition } from '../../machine.ts';
import { repeat, type TurnEnd } from '../../repeat.ts';
import {
  EXIT_BUG,
  EXIT_BUSY,
  EXIT_CLOCK,
  EXIT_DONE,
  EXIT_REFUSED,
  EXIT_UNSYNCHRONIZED,
  EXIT_USAGE,
  type ExitCode,
  exitCodeOf,
} from '../../report/exit-code.ts';
import { type RepetitionArguments, repetitionOf } from '../arguments/repetition.ts';
import type { Context } from '../process/context.ts';

/** How a run ended, by its exit code. A refused correction is no failure: asking again sooner would not change it. */
const TURN_ENDS: Readonly<Record<ExitCode, TurnEnd>> = {
  [EXIT_DONE]: 'done',
  [EXIT_REFUSED]: 'done',
  [EXIT_UNSYNCHRONIZED]: 'failed',
  [EXIT_BUSY]: 'failed',
  [EXIT_BUG]: 'last',
  [EXIT_USAGE]: 'last',
  [EXIT_CLOCK]: 'last',
  130: 'last',
  143: 'last',
};

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
    return context.isUnread() ? 'last' : TURN_ENDS[exitCode];
  };
  await repeat(run, options, openRepetition(signal), wait => {
    if (!args.syslog) context.note(`tsntp: the next run begins ${Math.round(wait)} s after this one`);
  });
  return signal.aborted ? exitCodeOf({ kind: 'interrupted' }, context.interruptedBy()) : exitCode;
}
