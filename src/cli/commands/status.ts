// `tsntp status` → the state of this machine's clock, from the kernel and from earlier runs, as lines, JSON or gauges.

import { openMachine } from '../../machine.ts';
import { envelopeText } from '../../report/envelope.ts';
import { type ExitCode, exitCodeOf } from '../../report/exit-code.ts';
import { statusContent } from '../../report/status-content.ts';
import { statusMetrics } from '../../report/sync-metrics.ts';
import { status } from '../../status.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import type { Context } from '../process/context.ts';
import { displayOf } from '../process/terminal.ts';
import { statusLines } from '../report/status-lines.ts';

/** Reads the state of the clock and reports it. */
export async function runStatus(
  { format, state }: CommandArguments<'status'>,
  context: Context,
): Promise<ExitCode> {
  const machine = await openMachine({
    mode: 'look',
    env: context.io.env,
    ...(state !== undefined && { stateDirectory: state }),
  });
  const found = await status(machine);
  const exitCode = exitCodeOf(found, undefined);
  for (const warning of found.warnings) context.note(`warning: ${warning}`);
  if (format === 'json')
    context.printData(envelopeText({ command: 'status', exitCode }, statusContent(found)));
  else if (format === 'prometheus') context.printData(statusMetrics(found));
  else context.print(statusLines(found, displayOf(context.io.stdout, context.io.env)));
  return exitCode;
}
