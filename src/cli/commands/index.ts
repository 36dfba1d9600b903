// The name of a command → the function that runs it. All but `sync` and `query` are imported when called, so that these
// start faster.

import type { Command } from '../../options/command-table.ts';
import type { ExitCode } from '../../report/exit-code.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import type { Context } from '../process/context.ts';
import { runQuery } from './query.ts';
import { runSync } from './sync.ts';

type Commands = {
  readonly [C in Command]: (args: CommandArguments<C>, context: Context) => Promise<ExitCode>;
};

/** The function of each command, which runs it with validated arguments and resolves with the exit code. */
export const commands: Commands = {
  sync: runSync,
  query: runQuery,
  async demo(args, context) {
    const { runDemo } = await import('./demo.ts');
    return runDemo(args, context);
  },
  async status(args, context) {
    const { runStatus } = await import('./status.ts');
    return runStatus(args, context);
  },
  async rtc(args, context) {
    const { runRtc } = await import('./rtc.ts');
    return runRtc(args, context);
  },
  async wait(args, context) {
    const { runWait } = await import('./wait.ts');
    return runWait(args, context);
  },
  async check(args, context) {
    const { runCheck } = await import('./check.ts');
    return runCheck(args, context);
  },
  async schedule(args, context) {
    const { runSchedule } = await import('./schedule.ts');
    return runSchedule(args, context);
  },
  async drift(args, context) {
    const { runDrift } = await import('./drift.ts');
    return runDrift(args, context);
  },
  async completion(args, context) {
    const { runCompletion } = await import('./completion.ts');
    return runCompletion(args, context);
  },
};
