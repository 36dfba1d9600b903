// `tsntp rtc show|write|read`: the hardware clock beside the system's. write = systohc, read = hctosys.

import { openMachine } from '../../machine.ts';
import { envelopeText } from '../../report/envelope.ts';
import { EXIT_DONE, type ExitCode, exitCodeOf } from '../../report/exit-code.ts';
import { explainRtc, rtcContent } from '../../report/rtc-content.ts';
import { type RtcAction, rtc } from '../../rtc.ts';
import type { Context } from '../process/context.ts';

export interface RtcArguments {
  readonly action: RtcAction;
  readonly device: string | undefined;
  readonly json: boolean;
  readonly dryRun: boolean | undefined;
  readonly allowAnyOffset: boolean | undefined;
  readonly maxOffset: number | undefined;
  readonly force: boolean | undefined;
  readonly state: string | undefined;
}

/** Runs one action on the hardware clock, and reports it. */
export async function runRtc(args: RtcArguments, context: Context): Promise<ExitCode> {
  const { action, state } = args;
  const machine = await openMachine({
    mode: action === 'show' ? 'look' : args.dryRun ? 'rehearse' : 'set',
    env: context.io.env,
    ...(state !== undefined && { stateDirectory: state }),
    // An interrupt ends the others at once: nothing is half done by then.
    ...(action === 'read' && { signal: context.signal }),
  });
  const outcome = await rtc(optionsOf(args), machine);
  const exitCode = exitCodeOf(outcome, context.interruptedBy());
  for (const warning of outcome.warnings) context.note(`warning: ${warning}`);
  if (exitCode !== EXIT_DONE) context.note(`tsntp: ${explainRtc(outcome)}`);
  if (args.json) context.print(envelopeText({ command: `rtc ${action}`, exitCode }, rtcContent(outcome)));
  else if (exitCode === EXIT_DONE) context.print(`${explainRtc(outcome)}\n`);
  return exitCode;
}

function optionsOf({ action, device, allowAnyOffset, maxOffset, force }: RtcArguments) {
  return {
    action,
    ...(device !== undefined && { device }),
    ...(allowAnyOffset !== undefined && { allowAnyOffset }),
    ...(maxOffset !== undefined && { maxOffset }),
    ...(force !== undefined && { force }),
  };
}
