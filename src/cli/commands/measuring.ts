// The arguments of `tsntp sync` or `tsntp query` → servers, options and a machine → the verb → report and exit code.

import { type MachineOptions, openMachine } from '../../machine.ts';
import { given } from '../../options/given.ts';
import { driftNotes, driftWarnings, expectationNotes } from '../../report/drift-findings.ts';
import { type ExitCode, exitCodeOf } from '../../report/exit-code.ts';
import { type Outcome, query, type SyncEvent, type SyncOptions, sync } from '../../sync.ts';
import { type ChosenServers, chooseServers, limitsFrom, withDemands } from '../arguments/chosen-servers.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import { authenticateServers, unusedAuthentication } from '../arguments/credentials.ts';
import { syncOptionsOf } from '../arguments/sync-arguments.ts';
import { refuseUnresolvedWords } from '../arguments/unresolved-words.ts';
import type { Context } from '../process/context.ts';
import { noSpinner, type Spinner, startSpinner } from '../process/spinner.ts';
import { terminalOf } from '../process/terminal.ts';
import { classicNotes } from '../report/classic.ts';
import { blockLines, summaryLines, traceLines } from '../report/debug.ts';
import { type ChosenFormat, chosenFormat, reporters } from '../report/index.ts';
import type { LoggedNotes } from '../report/logged.ts';
import { unbelievedLines } from '../report/unbelieved.ts';

type Purpose = 'sync' | 'query';
type Arguments = CommandArguments<'sync'>;

/** Runs `sync` or `query`, reports the outcome, also to `tell`, and resolves with the exit code. */
export async function runMeasuring(
  purpose: Purpose,
  args: Arguments,
  context: Context,
  tell?: (outcome: Outcome) => void,
): Promise<ExitCode> {
  const { chosen, options, nts } = await optionsFrom(purpose, args, context);
  const before = notesBefore(purpose, args, chosen);
  if (!args.syslog) context.note(...before);
  const spinner = spinnerFor(args, options, context);
  const emit = (event: SyncEvent) => {
    spinner.event(event);
    if (isTracing(args)) context.note(...traceLines(event));
  };
  const { signal } = context;
  const { env } = context.io;
  const state = args.state === undefined ? {} : { stateDirectory: args.state };
  const machine = await openMachine({ mode: modeOf(purpose, args), env, ...state, nts, emit, signal });
  const verb = purpose === 'query' ? query : sync;
  const outcome = await verb(options, machine).finally(spinner.stop);
  tell?.(outcome);
  const exitCode = exitCodeOf(outcome, context.interruptedBy());
  await report(outcome, { purpose, args, exitCode, serversFrom: chosen.foundIn, before }, context);
  return exitCode;
}

/** Validates servers, keys and options. A probable mistake is an error or a warning. */
async function optionsFrom(purpose: Purpose, args: Arguments, context: Context) {
  const named = args.server ?? [];
  const chosen = chooseServers(named, args.file ?? [], args.servers ?? '', undefined, args.pool);
  const authenticated = await authenticateServers(chosen, args);
  const { servers, keys, nts } = authenticated;
  for (const unused of unusedAuthentication(authenticated, args)) context.note(`warning: ${unused}`);
  if (args.repeat !== undefined) {
    const { checkPeriod } = await import('../arguments/repetition.ts');
    for (const warning of checkPeriod(args.repeat, servers)) context.note(`warning: ${warning}`);
  }
  const options: SyncOptions = {
    ...syncOptionsOf(withDemands(args, chosen.demands)),
    limitsFrom: { ...limitsFrom(args, chosen.demands), ...given({ maxOffset: args.maxOffsetFrom }) },
    servers,
    keys,
  };
  // A loop must outlast a name server that is down.
  const mayMisreadCommand =
    purpose === 'sync' && !args.debug && args.repeat === undefined && servers.length > 1;
  if (!mayMisreadCommand) return { chosen, options, nts };
  const deadline = await refuseUnresolvedWords(named, options.deadline, context.signal);
  return { chosen, options: { ...options, deadline }, nts };
}

/** A dry run reports the programs that would keep it from setting the clock; a query and -d do not. */
export function modeOf(purpose: Purpose, args: Pick<Arguments, 'debug' | 'dryRun'>): MachineOptions['mode'] {
  if (args.debug) return 'look';
  if (args.dryRun) return 'rehearse';
  return purpose === 'sync' ? 'set' : 'look';
}

function isTracing({ debug, verbose }: Arguments): boolean {
  return debug === true || verbose >= 2;
}

/** With -v, the origin of a limit and of the servers. With -s, they go where the result goes. */
function notesBefore(
  purpose: Purpose,
  { verbose, maxOffset, maxOffsetFrom, drift }: Arguments,
  { notes, foundIn }: ChosenServers,
): readonly string[] {
  if (verbose === 0) return [];
  return [
    ...(maxOffset === undefined ? [] : [`max-offset ${limitText(maxOffset)} from ${maxOffsetFrom}`]),
    ...(purpose === 'sync' && drift === false ? ['the rate of the clock is left alone: --no-drift'] : []),
    ...notes,
    ...(foundIn === undefined ? [] : [`servers from ${foundIn}`]),
  ];
}

function limitText(maxOffset: number): string {
  return Number.isFinite(maxOffset) ? `${maxOffset} s` : 'none';
}

function spinnerFor(args: Arguments, options: SyncOptions, { io }: Context): Spinner {
  if (isTracing(args) || args.quiet || args.syslog) return noSpinner;
  const plan = { ...options, servers: options.servers.length };
  return startSpinner(plan, io.stderr, terminalOf(io.stderr, io.env, args.color));
}

interface Reported {
  readonly purpose: Purpose;
  readonly args: Arguments;
  readonly exitCode: ExitCode;
  readonly serversFrom: string | undefined;
  readonly before: readonly string[];
}

/**
 * Prints notes and warnings to stderr, and the result to stdout. --quiet suppresses the result of a success. With -s,
 * all of it goes to the system log instead, except a trace and a report in a format that is asked for.
 */
async function report(outcome: Outcome, reported: Reported, context: Context): Promise<void> {
  const { purpose, args, exitCode, serversFrom, before } = reported;
  const { io } = context;
  const format = chosenFormat(args.format ?? 'auto', io);
  const quiet = args.quiet === true && exitCode === 0;
  const verbose = args.verbose > 0;
  const selection = { listServers: purpose === 'query', quiet, verbose, before };
  const logged = args.syslog === true && (await isLogged(outcome, selection, context));
  const silent = quiet || (logged && (args.format ?? 'auto') === 'auto');
  // Parsers of `ntpdate -d` expect the blocks on stdout.
  const blocks = isTracing(args) ? await blockLines(outcome, io.env.TZ) : [];
  const blocksOnStdout = format === 'classic' && args.debug === true && !silent;
  const besideTable = format === 'table' && !silent && io.stdout.isTTY === true && io.stderr.isTTY === true;
  if (isTracing(args)) context.note(...(blocksOnStdout ? [] : blocks), ...summaryLines(outcome, besideTable));
  else if (!logged) context.note(...notesOn(outcome, format, silent, verbose));
  if (!logged) context.note(...afterwards(outcome, args, format));
  if (silent) return;
  if (blocksOnStdout) context.print(blocks.map(line => `${line}\n`).join(''));
  const about = { command: purpose, exitCode, serversFrom, color: args.color, verbose, io };
  context.printReport(format, await reporters[format](outcome, about));
}

/** Warnings, and with -v what became of the rate of the clock. */
function afterwards(
  outcome: Outcome,
  { verbose, dryRun }: Arguments,
  format: ChosenFormat,
): readonly string[] {
  // The summary of a table and of JSON says it; ntpdate's line has no place for it.
  const unsaid = format === 'classic' && (verbose > 0 || dryRun === true);
  return [
    ...[...outcome.warnings, ...driftWarnings(outcome)].map(warning => `warning: ${warning}`),
    ...(verbose > 0 || (unsaid && outcome.drift?.set) ? driftNotes(outcome) : []),
    ...(unsaid ? expectationNotes(outcome) : []),
  ];
}

/** Loads the log only if it is asked for. */
async function isLogged(outcome: Outcome, notes: LoggedNotes, context: Context): Promise<boolean> {
  const { logOutcome } = await import('../report/logged.ts');
  return logOutcome(outcome, notes, context);
}

/** The notes for stderr. A table or JSON report that is printed contains the reasons itself. */
function notesOn(
  outcome: Outcome,
  format: ChosenFormat,
  silent: boolean,
  verbose: boolean,
): readonly string[] {
  const says = format === 'table' || format === 'json';
  return [
    ...(says ? [] : classicNotes(outcome)),
    ...(!says || silent ? unbelievedLines(outcome, verbose) : []),
  ];
}
