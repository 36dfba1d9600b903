// The commands by their names. What `sync` can start without is imported when it is called.

import type { ExitCode } from '../../report/exit-code.ts';
import type { Command } from '../arguments/command-words.ts';
import type { MeasuringArguments, SettingArguments } from '../arguments/sync-arguments.ts';
import type { Context } from '../process/context.ts';
import { runQuery } from './query.ts';
import type { RtcArguments } from './rtc.ts';
import type { StatusArguments } from './status.ts';
import { runSync } from './sync.ts';

/** What each command takes, after the validators. */
export interface CommandArguments {
  readonly sync: MeasuringArguments & SettingArguments;
  readonly query: MeasuringArguments;
  readonly demo: unknown;
  readonly status: StatusArguments;
  readonly rtc: RtcArguments;
}

type Commands = {
  readonly [C in Exclude<Command, 'completion'>]: (
    args: CommandArguments[C],
    context: Context,
  ) => Promise<ExitCode>;
};

/** Runs each command with its checked arguments. `completion` is yargs' own. */
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
};
