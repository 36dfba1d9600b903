// `tsntp sync` and `tsntp query`: arguments → servers, ports and a run → report and exit code.

import { openPorts } from '../../machine.ts';
import type { Format } from '../../options/parsed.ts';
import type { Outcome } from '../../pipeline/outcome.ts';
import { VERSION } from '../../release.ts';
import { jsonText } from '../../report/json.ts';
import { query, type SyncEvent, sync } from '../../sync.ts';
import { type ChosenServers, chooseServers, limitsFrom, withDemands } from '../arguments/chosen-servers.ts';
import { authenticateServers, unusedAuthentication } from '../arguments/credentials.ts';
import { type SyncArguments, syncOptionsOf } from '../arguments/sync-arguments.ts';
import { refuseUnresolvedWords } from '../arguments/unresolved-words.ts';
import { exitCodeOf } from '../exit-code.ts';
import type { Context } from '../process/context.ts';
import { programName } from '../process/program-name.ts';
import { noSpinner, startSpinner } from '../process/spinner.ts';
import { terminalOf } from '../process/terminal.ts';
import { classicLines, classicNotes } from '../report/classic.ts';
import { blockLines, summaryLines, traceLines } from '../report/debug.ts';
import { timestampOf } from '../report/timestamp.ts';
import { unbelievedLines } from '../report/unbelieved.ts';

/** Asks, sets, reports. `purpose` is what the command's name says; -q makes a query of a sync. */
export async function runSync(
  args: SyncArguments,
  purpose: 'sync' | 'query',
  context: Context,
): Promise<number> {
  const named = args.server ?? [];
  const chosen = chooseServers(named, args.file ?? [], args.servers ?? '', undefined, args.pool);
  const authenticated = await authenticateServers(chosen, args);
  const { servers, keys, nts } = authenticated;
  for (const unused of unusedAuthentication(authenticated, args)) context.note(`warning: ${unused}`);
  const command = args.query ? 'query' : purpose;
  const options = {
    ...syncOptionsOf(withDemands(args, chosen.demands)),
    limitsFrom: limitsFrom(args, chosen.demands),
    servers,
    keys,
  };
  const mayMislead = command === 'sync' && !args.debug && servers.length > 1;
  const deadline = mayMislead
    ? await refuseUnresolvedWords(named, options.deadline, context.signal)
    : options.deadline;
  const tracing = args.debug === true || args.verbose >= 2;
  if (args.verbose > 0) context.note(...chosen.notes);
  if (chosen.foundIn !== undefined && args.verbose > 0) context.note(`servers from ${chosen.foundIn}`);
  if (args.syslog) context.note('-s: results go to stdout; this tsntp writes nothing to the system log');

  const format = formatOf(args.format ?? 'auto', context);
  const { stderr } = context.io;
  const spinner =
    tracing || args.quiet
      ? noSpinner
      : startSpinner(chosen.servers.length, stderr, terminalOf(stderr, context.io.env, args.color));
  const emit = (event: SyncEvent) => {
    spinner.event(event);
    if (tracing) context.note(...traceLines(event));
  };
  const ports = await openPorts({
    setsClock: command === 'sync' && !args.dryRun && !args.debug,
    rehearses: args.dryRun === true && !args.debug,
    env: context.io.env,
    ...(args.state !== undefined && { stateDirectory: args.state }),
    nts,
    emit,
    signal: context.signal,
  });
  const measure = command === 'query' ? query : sync;
  const outcome = await measure({ ...options, deadline }, ports).finally(spinner.stop);

  const exitCode = exitCodeOf(outcome, context.interruptedBy());
  const silent = args.quiet === true && exitCode === 0;
  // With -d, parsers of ntpdate look for the blocks on stdout.
  const blocks = tracing ? await blockLines(outcome, context.io.env.TZ) : [];
  const blocksOnStdout = format === 'classic' && args.debug === true && !silent;
  if (tracing) context.note(...(blocksOnStdout ? [] : blocks), ...summaryLines(outcome));
  else context.note(...notesOn(outcome, format, silent, args.verbose > 0));
  for (const warning of outcome.warnings) context.note(`warning: ${warning}`);
  if (silent) return exitCode;
  if (blocksOnStdout) context.print(blocks.map(line => `${line}\n`).join(''));
  context.print(await reportOf(outcome, format, command, exitCode, args, chosen, context));
  return exitCode;
}

/** What goes to stderr beside the report: a table and JSON tell of each server themselves, where they are printed. */
function notesOn(
  outcome: Outcome,
  format: Exclude<Format, 'auto'>,
  silent: boolean,
  verbose: boolean,
): readonly string[] {
  return [
    ...(format === 'classic' ? classicNotes(outcome) : []),
    ...(format === 'classic' || silent ? unbelievedLines(outcome, verbose) : []),
  ];
}

function formatOf(wish: Format, { io }: Context): Exclude<Format, 'auto'> {
  if (wish !== 'auto') return wish;
  return io.stdout.isTTY ? 'table' : 'classic';
}

async function reportOf(
  outcome: Outcome,
  format: Exclude<Format, 'auto'>,
  command: 'sync' | 'query',
  exitCode: number,
  args: SyncArguments,
  { foundIn }: ChosenServers,
  { io }: Context,
): Promise<string> {
  switch (format) {
    case 'json':
      return jsonText(outcome, {
        command,
        exitCode,
        release: VERSION,
        ...(foundIn !== undefined && { serversFrom: foundIn }),
      });
    case 'classic': {
      const timestamp = await timestampOf(new Date(), io.env);
      const program = programName(process.argv[1]);
      const context = { listServers: command === 'query', timestamp, program, pid: process.pid };
      return classicLines(outcome, context)
        .map(line => `${line}\n`)
        .join('');
    }
    case 'table': {
      const { tableText } = await import('../report/table.ts');
      const terminal = terminalOf(io.stdout, io.env, args.color);
      return tableText(outcome, { terminal, verbose: args.verbose > 0 });
    }
  }
}
