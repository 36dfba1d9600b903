// `tsntp rtc floor` → the clock of a machine that booted in the past, set to the last measured time, and the report.

import { restoreFloor } from '../../floor.ts';
import { type MachineOptions, openMachine } from '../../machine.ts';
import { given } from '../../options/given.ts';
import { envelopeText } from '../../report/envelope.ts';
import { EXIT_DONE, type ExitCode, exitCodeOf } from '../../report/exit-code.ts';
import { explainFloor, floorContent } from '../../report/floor-content.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import type { Context } from '../process/context.ts';

/** Restores the floor and reports the outcome. */
export async function runFloor(
  args: CommandArguments<'rtc'>,
  mode: MachineOptions['mode'],
  context: Context,
): Promise<ExitCode> {
  const { state, allowAnyOffset, maxOffset, maxOffsetFrom, force } = args;
  const machine = await openMachine({
    mode,
    env: context.io.env,
    signal: context.signal,
    ...given({ stateDirectory: state }),
  });
  const limitsFrom = given({ maxOffset: maxOffsetFrom });
  const outcome = await restoreFloor(given({ allowAnyOffset, maxOffset, force, limitsFrom }), machine);
  const exitCode = exitCodeOf(outcome, context.interruptedBy());
  for (const warning of outcome.warnings) context.note(`warning: ${warning}`);
  const words = explainFloor(outcome);
  if (exitCode !== EXIT_DONE) context.note(`tsntp: ${words}`);
  if (args.format === 'json')
    context.printData(envelopeText({ command: 'rtc floor', exitCode }, floorContent(outcome)));
  else if (exitCode === EXIT_DONE) context.print(`${words}\n`);
  return exitCode;
}
