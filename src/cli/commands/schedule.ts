// `tsntp schedule` → the files that make this machine run `tsntp sync` regularly: printed, installed with their changes shown
// first, or removed.

import { resolve } from 'node:path';
import { openSchedulers } from '../../machine.ts';
import { OPTIONS } from '../../options/option-table.ts';
import { envelopeText } from '../../report/envelope.ts';
import { type ExitCode, exitCodeOf } from '../../report/exit-code.ts';
import {
  changedFiles,
  explainSchedule,
  printedFiles,
  scheduleContent,
} from '../../report/schedule-content.ts';
import {
  type FileChange,
  NotSchedulable,
  type ScheduleOptions,
  type ScheduleOutcome,
  schedule,
} from '../../schedule.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import { readScheduledLine } from '../arguments/scheduled-line.ts';
import { UsageError } from '../arguments/usage-error.ts';
import type { Context } from '../process/context.ts';

type Arguments = CommandArguments<'schedule'>;

/** Prints, installs or removes the job. Rejects with `UsageError`. */
export async function runSchedule(args: Arguments, context: Context): Promise<ExitCode> {
  const json = args.format === 'json';
  if (args.root === '') throw new UsageError('--root: "" is not allowed; give the directory of an image');
  const root = args.root === undefined ? undefined : resolve(args.root);
  const ports = await openSchedulers(context.io.env, root);
  const announce = (changes: readonly FileChange[]) => {
    if (!json) context.print(changedFiles(changes));
  };
  const outcome = await schedulable(() => schedule(optionsOf(args, root), ports, announce));
  const exitCode = exitCodeOf(outcome, undefined);
  for (const warning of outcome.warnings) context.note(`warning: ${warning}`);
  if (json) context.printData(envelopeText({ command: 'schedule', exitCode }, scheduleContent(outcome)));
  else report(outcome, exitCode, context);
  return exitCode;
}

function report(outcome: ScheduleOutcome, exitCode: ExitCode, context: Context): void {
  const explained = explainSchedule(outcome);
  if (outcome.kind === 'printed') context.printData(printedFiles(outcome.files));
  else if (exitCode === 0) context.print(`${explained}\n`);
  else context.note(`tsntp: ${explained}`);
}

function optionsOf(args: Arguments, root: string | undefined): ScheduleOptions {
  const action = args.remove ? 'remove' : args.install || args.dryRun ? 'install' : 'print';
  const line =
    action === 'remove' ? { arguments: [], pool: false } : readScheduledLine(args.syncArguments ?? [], root);
  return {
    ...line,
    action,
    every: args.every ?? OPTIONS.every.default,
    program: [process.execPath, resolve(process.argv[1] ?? '')],
    ...(args.as !== undefined && { scheduler: args.as }),
    ...(args.dryRun && { dryRun: true }),
  };
}

/** What a scheduler cannot express is the user's mistake. */
async function schedulable(run: () => Promise<ScheduleOutcome>): Promise<ScheduleOutcome> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof NotSchedulable) throw new UsageError(`schedule: ${error.message}`);
    throw error;
  }
}
