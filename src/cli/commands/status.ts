// `tsntp status`: what the kernel and the last runs say of this machine's clock, as lines or JSON.

import { openMachine } from '../../machine.ts';
import { envelopeText } from '../../report/envelope.ts';
import { type ExitCode, exitCodeOf } from '../../report/exit-code.ts';
import { statusContent } from '../../report/status-content.ts';
import { status } from '../../status.ts';
import type { Context } from '../process/context.ts';
import { statusLines } from '../report/status-lines.ts';

export interface StatusArguments {
  readonly json: boolean;
  readonly state: string | undefined;
}

export async function runStatus({ json, state }: StatusArguments, context: Context): Promise<ExitCode> {
  const machine = await openMachine({
    mode: 'look',
    env: context.io.env,
    ...(state !== undefined && { stateDirectory: state }),
  });
  const found = await status(machine);
  const exitCode = exitCodeOf(found, undefined);
  for (const warning of found.warnings) context.note(`warning: ${warning}`);
  context.print(
    json ? envelopeText({ command: 'status', exitCode }, statusContent(found)) : statusLines(found),
  );
  return exitCode;
}
