// `tsntp wait` → waits until this machine's clock is good. Silent on success, but for a line of what it waits for on a terminal.

import { openMachine } from '../../machine.ts';
import { given } from '../../options/given.ts';
import { OPTIONS } from '../../options/option-table.ts';
import { envelopeText } from '../../report/envelope.ts';
import { EXIT_DONE, type ExitCode, exitCodeOf } from '../../report/exit-code.ts';
import { explainShortcomings, explainWait, formatWait, waitContent } from '../../report/wait-content.ts';
import { type WaitEvent, wait } from '../../wait.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import type { Context } from '../process/context.ts';
import { startProgressLine } from '../process/spinner.ts';
import { terminalOf } from '../process/terminal.ts';

/** Waits for the clock and reports why it is not good. */
export async function runWait(args: CommandArguments<'wait'>, context: Context): Promise<ExitCode> {
  const { state, waitTimeout = OPTIONS.waitTimeout.default, within } = args;
  const { io, signal } = context;
  const machine = await openMachine({
    mode: 'look',
    env: io.env,
    signal,
    ...given({ stateDirectory: state }),
  });
  let seen: WaitEvent | undefined;
  const line = startProgressLine(
    width => textOf(seen, width),
    io.stderr,
    terminalOf(io.stderr, io.env, undefined),
  );
  const emit = (event: WaitEvent) => {
    seen = event;
  };
  const options = { timeout: waitTimeout === 0 ? Infinity : waitTimeout, ...given({ within }) };
  const outcome = await wait(options, { ...machine, emit }).finally(line.stop);
  const exitCode = exitCodeOf(outcome, context.interruptedBy());
  if (exitCode !== EXIT_DONE) context.note(`tsntp: ${explainWait(outcome)}`);
  if (args.format === 'json')
    context.printData(envelopeText({ command: 'wait', exitCode }, waitContent(outcome)));
  return exitCode;
}

function textOf(seen: WaitEvent | undefined, width: number): string {
  if (seen === undefined) return '';
  const left = Number.isFinite(seen.left) ? `, ${formatWait(seen.left)} left` : '';
  const long = `waiting for this clock: ${explainShortcomings(seen.shortcomings)}${left}`;
  return long.length <= width ? long : `waiting for this clock${left}`.slice(0, Math.max(0, width));
}
