// `tsntp drift [show|reset|import FILE|export]` → what is known of the rate of this machine's clock, or a change to that, and
// its report.

import { type DriftOutcome, type DriftRequest, drift } from '../../drift.ts';
import { type MachineOptions, openMachine } from '../../machine.ts';
import { type DriftProgram, driftContent, driftFileText, explainDrift } from '../../report/drift-content.ts';
import { envelopeText } from '../../report/envelope.ts';
import { type ExitCode, exitCodeOf } from '../../report/exit-code.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import { readDriftArgument } from '../arguments/drift-file-argument.ts';
import { UsageError } from '../arguments/usage-error.ts';
import type { Context } from '../process/context.ts';
import { replaceFile } from '../process/replace-file.ts';
import { displayOf } from '../process/terminal.ts';
import { driftLines } from '../report/drift-lines.ts';

type DriftArguments = CommandArguments<'drift'>;

/** Runs an action on what is known of the rate of the clock, and reports the outcome. Rejects with `UsageError`. */
export async function runDrift(args: DriftArguments, context: Context): Promise<ExitCode> {
  const { action = 'show', state } = args;
  const program = programOf(args);
  refusePlot(args);
  const request = requestOf(args, program);
  const machine = await openMachine({
    mode: modeOf(args),
    env: context.io.env,
    ...(state !== undefined && { stateDirectory: state }),
  });
  const outcome = await drift(request, machine);
  const exitCode = exitCodeOf(outcome, context.interruptedBy());
  for (const warning of outcome.warnings) context.note(`warning: ${warning}`);
  if (args.plot !== undefined) await plot(args.plot, outcome, context);
  if (args.format === 'json') {
    context.printData(envelopeText({ command: `drift ${action}`, exitCode }, driftContent(outcome, program)));
  } else if (args.plot !== '-') printText(outcome, program, context);
  return exitCode;
}

/** What is shown, also if no rate is known; a drift file as it is; anything else as a sentence, failures on stderr. */
function printText(outcome: DriftOutcome, program: DriftProgram | undefined, context: Context): void {
  const { io } = context;
  const known = outcome.kind === 'nothing-known' && program === undefined;
  if (outcome.kind === 'shown' || known)
    context.print(driftLines(outcome.state, displayOf(io.stdout, io.env)));
  else if (outcome.kind === 'exported' && program) context.printData(driftFileText(program, outcome.rate));
  else if (exitCodeOf(outcome, undefined) === 0) context.print(`${explainDrift(outcome)}.\n`);
  else context.note(`tsntp: ${explainDrift(outcome)}`);
}

async function plot(file: string, outcome: DriftOutcome, context: Context): Promise<void> {
  if (outcome.kind !== 'shown' && outcome.kind !== 'nothing-known') return;
  const { driftPlot } = await import('../report/drift-plot.ts');
  const svg = driftPlot(outcome.state);
  if (file === '-') context.printData(svg);
  else replaceFile('--plot', file, svg);
}

function modeOf({ action, dryRun }: DriftArguments): MachineOptions['mode'] {
  if (action !== 'reset' && action !== 'import') return 'look';
  return dryRun ? 'rehearse' : 'set';
}

function programOf({ ntpd, chrony }: DriftArguments): DriftProgram | undefined {
  if (ntpd) return 'ntpd';
  return chrony ? 'chronyd' : undefined;
}

function requestOf(args: DriftArguments, program: DriftProgram | undefined): DriftRequest {
  const { action = 'show', dryRun = false, force = false, driftFile } = args;
  switch (action) {
    case 'show':
      return { action };
    case 'export':
      if (program !== undefined) return { action };
      throw new UsageError('drift export: give --ntpd or --chrony, whose drift files have opposite signs');
    case 'reset':
      return { action, force, dryRun };
    case 'import': {
      const rate = readDriftArgument(driftFile);
      if (program === undefined || program === rate.from) return { action, rate, dryRun };
      const [named, found] = program === 'ntpd' ? ['--ntpd', 'two numbers'] : ['--chrony', 'one number'];
      throw new UsageError(
        `drift import: ${named} is given, but the file holds ${found}: it is ${rate.from}'s`,
      );
    }
    default:
      return action satisfies never;
  }
}

/** Throws `UsageError` for a plot without a file, or two results for one stdout. */
function refusePlot({ plot: file, format }: DriftArguments): void {
  if (file === '') throw new UsageError('--plot: "" is no file; name one, or - for stdout');
  if (file === '-' && format === 'json')
    throw new UsageError('--plot - and --json both print to stdout: name a file for the plot');
}
