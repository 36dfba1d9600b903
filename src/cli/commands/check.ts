// `tsntp check HOST… | -f FILE` → which of many clocks are wrong, in the format that is asked for, on stdout or in a file.

import { type CheckEvent, check } from '../../check.ts';
import { openMachine } from '../../machine.ts';
import { OPTIONS } from '../../options/option-table.ts';
import { type ExitCode, exitCodeOf } from '../../report/exit-code.ts';
import { sinceOf, unreachedOf } from '../../report/fleet/fleet-since.ts';
import { checkOptionsOf } from '../arguments/check-arguments.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import { readEarlierReport } from '../arguments/earlier-report.ts';
import type { Context } from '../process/context.ts';
import { startFleetProgress } from '../process/fleet-progress.ts';
import { replaceFile } from '../process/replace-file.ts';
import { keepHeapSmall } from '../process/small-heap.ts';
import { terminalOf } from '../process/terminal.ts';
import { fleetFormat } from '../report/fleet-formats.ts';

/** Checks the hosts and reports. Rejects with `UsageError`. */
export async function runCheck(args: CommandArguments<'check'>, context: Context): Promise<ExitCode> {
  const { io, signal } = context;
  keepHeapSmall();
  const { options, warnings } = checkOptionsOf(args);
  const earlier = args.since === undefined ? undefined : readEarlierReport(args.since, args.output);
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
  const toFile = args.output !== undefined && args.output !== '-';
  const format = args.checkFormat ?? OPTIONS.checkFormat.default;
  const report = await fleetFormat(format, outcome, {
    exitCode,
    // A file is as wide as it must be.
    terminal: toFile ? { colors: 0, width: undefined } : terminalOf(io.stdout, io.env, args.color),
    all: args.all ?? false,
    ...(earlier && outcome.kind !== 'no-reference' && { since: sinceOf(earlier, outcome) }),
    ...(earlier && { unreached: unreachedOf(earlier, outcome) }),
  });
  if (report.parts === undefined) return report.exitCode;
  if (toFile) replaceFile('-o', args.output, report.parts);
  else for (const part of report.parts) context.printReport(format, part);
  return report.exitCode;
}
