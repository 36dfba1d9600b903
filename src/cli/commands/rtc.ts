// `tsntp rtc show|write|read|floor` → an action on the hardware clock, and its report. write = systohc, read = hctosys.

import { type MachineOptions, openMachine } from '../../machine.ts';
import { given } from '../../options/given.ts';
import { envelopeText } from '../../report/envelope.ts';
import { EXIT_DONE, type ExitCode, exitCodeOf } from '../../report/exit-code.ts';
import { explainRtc, rtcContent } from '../../report/rtc-content.ts';
import { rtc } from '../../rtc.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import type { Context } from '../process/context.ts';

/** Runs an action on the hardware clock and reports the outcome. */
export async function runRtc(args: CommandArguments<'rtc'>, context: Context): Promise<ExitCode> {
  const { action = 'show', state } = args;
  if (action === 'floor') {
    const { runFloor } = await import('./floor.ts');
    return runFloor(args, rtcModeOf(action, args), context);
  }
  const machine = await openMachine({
    mode: rtcModeOf(action, args),
    env: context.io.env,
    ...(state !== undefined && { stateDirectory: state }),
    // Without the signal, an interrupt ends the process at once; `show` and `write` leave nothing half done.
    ...(action === 'read' && { signal: context.signal }),
  });
  const outcome = await rtc({ action, ...limitsOf(args) }, machine);
  const exitCode = exitCodeOf(outcome, context.interruptedBy());
  for (const warning of outcome.warnings) context.note(`warning: ${warning}`);
  if (exitCode !== EXIT_DONE) context.note(`tsntp: ${explainRtc(outcome)}`);
  if (args.format === 'json')
    context.printData(envelopeText({ command: `rtc ${action}`, exitCode }, rtcContent(outcome)));
  else if (exitCode === EXIT_DONE) context.print(`${explainRtc(outcome)}\n`);
  return exitCode;
}

/** What an action may set. */
export function rtcModeOf(
  action: CommandArguments<'rtc'>['action'],
  { dryRun }: Pick<CommandArguments<'rtc'>, 'dryRun'>,
): MachineOptions['mode'] {
  if (action === 'show') return 'look';
  return dryRun ? 'rehearse' : 'set';
}

function limitsOf({ device, allowAnyOffset, maxOffset, maxOffsetFrom, force }: CommandArguments<'rtc'>) {
  return {
    ...(device !== undefined && { device }),
    ...(allowAnyOffset !== undefined && { allowAnyOffset }),
    ...(maxOffset !== undefined && { maxOffset, limitsFrom: given({ maxOffset: maxOffsetFrom }) }),
    ...(force !== undefined && { force }),
  };
}
