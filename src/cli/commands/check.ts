// `tsntp check HOST… | -f FILE` → which of many clocks are wrong, in the format that is asked for, on stdout or in a file.

import { type CheckEvent, check } from '../../check.ts';
import { openMachine } from '../../machine.ts';
import { type ExitCode, exitCodeOf } from '../../report/exit-code.ts';
import { fleetText } from '../../report/fleet-json.ts';
import { checkOptionsOf } from '../arguments/check-arguments.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import type { Context } from '../process/context.ts';
import { startFleetProgress } from '../process/fleet-progress.ts';
import { replaceFile } from '../process/replace-file.ts';
import { terminalOf } from '../process/terminal.ts';

/** Checks the hosts and reports. Rejects with `UsageError`. */
export async function runCheck(args: CommandArguments<'check'>, context: Context): Promise<ExitCode> {
  const { io, signal } = context;
  const { options, warnings } = checkOptionsOf(args);
  context.note(...warnings.map(warning => `warning: ${warning}`));
  const progress = startFleetProgress(
    options.targets.length,
    io.stderr,
    terminalOf(io.stderr, io.env, args.color),
  );
  const emit = (event: CheckEvent) => progress.event(event);
  const machine = await openMachine({ mode: 'look', env: io.env, signal });
  const outcome = await check(options, { ...machine, emit }).finally(progress.stop);
  const exitCode = exitCodeOf(outcome, context.interruptedBy());
  context.note(...outcome.warnings.map(warning => `warning: ${warning}`));
  if (outcome.kind === 'no-reference') context.note(`tsntp: ${outcome.reason}`);
  const text = fleetText(outcome, exitCode);
  if (args.output === undefined || args.output === '-') context.print(text);
  else replaceFile('-o', args.output, text);
  return exitCode;
}
