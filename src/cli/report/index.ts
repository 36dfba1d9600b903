// An outcome and a format → the text of the report on stdout.

import type { Format } from '../../options/parsed.ts';
import type { ExitCode } from '../../report/exit-code.ts';
import { jsonText } from '../../report/json.ts';
import type { Outcome } from '../../sync.ts';
import type { Io } from '../process/context.ts';
import { programName } from '../process/program-name.ts';
import { terminalOf } from '../process/terminal.ts';
import { classicLines } from './classic.ts';
import { timestampOf } from './timestamp.ts';

/** What a report contains besides the outcome, and where it goes. */
export interface ReportContext {
  readonly command: 'sync' | 'query';
  readonly exitCode: ExitCode;
  /** The file or variable that names the servers; undefined if the command line does. */
  readonly serversFrom: string | undefined;
  readonly color: boolean | undefined;
  readonly verbose: boolean;
  readonly io: Io;
}

/** A format other than `auto`. */
export type ChosenFormat = Exclude<Format, 'auto'>;

/** Resolves `auto`: a table on a terminal, otherwise the lines of ntpdate. */
export function chosenFormat(format: Format, { stdout }: Io): ChosenFormat {
  if (format !== 'auto') return format;
  return stdout.isTTY ? 'table' : 'classic';
}

type Reporter = (outcome: Outcome, context: ReportContext) => string | Promise<string>;

/** The function of each format that turns an outcome into the text of the report. */
export const reporters: Readonly<Record<ChosenFormat, Reporter>> = {
  json: (outcome, { command, exitCode, serversFrom }) =>
    jsonText(outcome, { command, exitCode, ...(serversFrom !== undefined && { serversFrom }) }),

  async classic(outcome, { command, io }) {
    const timestamp = await timestampOf(new Date(), io.env);
    const program = programName(process.argv[1]);
    const context = { listServers: command === 'query', timestamp, program, pid: process.pid };
    return classicLines(outcome, context)
      .map(line => `${line}\n`)
      .join('');
  },

  async prometheus(outcome, { exitCode }) {
    const { syncMetrics } = await import('../../report/sync-metrics.ts');
    return syncMetrics(outcome, { exitCode, now: Date.now() / 1000 });
  },

  async table(outcome, { io, color, verbose }) {
    const { tableText } = await import('./table.ts');
    return tableText(outcome, { terminal: terminalOf(io.stdout, io.env, color), verbose });
  },
} satisfies Record<ChosenFormat, Reporter>;
