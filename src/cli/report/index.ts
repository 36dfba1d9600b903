// The formats of a run's report → the text that goes to stdout.

import type { ExitCode } from '../../report/exit-code.ts';
import { jsonText } from '../../report/json.ts';
import type { Outcome } from '../../sync.ts';
import type { Format } from '../arguments/sync-arguments.ts';
import type { Io } from '../process/context.ts';
import { programName } from '../process/program-name.ts';
import { terminalOf } from '../process/terminal.ts';
import { classicLines } from './classic.ts';
import { timestampOf } from './timestamp.ts';

export interface ReportContext {
  readonly command: 'sync' | 'query';
  readonly exitCode: ExitCode;
  /** The file or variable that named the servers, when the user did not. */
  readonly serversFrom: string | undefined;
  readonly color: boolean | undefined;
  readonly verbose: boolean;
  readonly io: Io;
}

/** A format that stands for itself. */
export type ChosenFormat = Exclude<Format, 'auto'>;

/** `auto` is a table for people, and lines in the manner of ntpdate for programs. */
export function chosenFormat(wish: Format, { stdout }: Io): ChosenFormat {
  if (wish !== 'auto') return wish;
  return stdout.isTTY ? 'table' : 'classic';
}

type Reporter = (outcome: Outcome, context: ReportContext) => string | Promise<string>;

/** The text of a report, in each format. */
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

  async table(outcome, { io, color, verbose }) {
    const { tableText } = await import('./table.ts');
    return tableText(outcome, { terminal: terminalOf(io.stdout, io.env, color), verbose });
  },
} satisfies Record<ChosenFormat, Reporter>;
