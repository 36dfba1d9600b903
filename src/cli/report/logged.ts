// -s: an outcome → entries of the system log. Without a log, one warning; the result then goes where it would have gone.

import { openSystemLog } from '../../machine.ts';
import type { Outcome } from '../../pipeline/outcome.ts';
import type { LogEntry, SystemLog } from '../../pipeline/system-log.ts';
import { logEntries } from '../../report/log-entries.ts';
import type { Context } from '../process/context.ts';
import { programName } from '../process/program-name.ts';
import { ROWS } from './row-selection.ts';

/** What the log receives besides the result. */
export interface LoggedNotes {
  /** Whether each server has an entry: with `query` or -q. */
  readonly listServers: boolean;
  /** Leaves out the result of a success. */
  readonly quiet: boolean;
  /** Each server has its entry, however many there are; the rate of the clock has one, too. */
  readonly verbose: boolean;
  /** The notes of -v from before the run. */
  readonly before: readonly string[];
}

/** Writes a run to the system log, and returns whether the log took it. If not, writes a warning and `before` to stderr. */
export async function logOutcome(outcome: Outcome, notes: LoggedNotes, context: Context): Promise<boolean> {
  const { listServers, quiet, verbose, before } = notes;
  const rows = verbose ? Number.POSITIVE_INFINITY : ROWS;
  const entries: readonly LogEntry[] = [
    ...before.map(message => ({ severity: 'info', message }) as const),
    ...logEntries(outcome, { listServers, quiet, verbose, rows }),
  ];
  try {
    writeAll(entries, await openSystemLog(programName(process.argv[1])));
    return true;
  } catch (error) {
    context.note(`warning: cannot write to the system log (-s): ${(error as Error).message}`, ...before);
    return false;
  }
}

function writeAll(entries: readonly LogEntry[], log: SystemLog): void {
  try {
    for (const entry of entries) log.write(entry);
  } finally {
    log.close();
  }
}
