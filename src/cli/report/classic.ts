// An outcome → the lines of ntpdate, on which scripts and cron mails rely.

import type { Outcome } from '../../pipeline/outcome.ts';
import { explanationOf, ntpdateResult, ntpdateServers } from '../../report/ntpdate-words.ts';

/** What the classic lines contain besides the outcome. */
export interface ClassicContext {
  /** Whether each server has a line: with `query` or -q. */
  readonly listServers: boolean;
  /** The local time in ntpdate's form: ` 5 Nov 12:10:23`. */
  readonly timestamp: string;
  /** The name that the program was started by. */
  readonly program: string;
  readonly pid: number;
}

/** The lines of the result, without line ends. */
export function classicLines(outcome: Outcome, context: ClassicContext): readonly string[] {
  const { listServers, timestamp, program, pid } = context;
  const servers = listServers || keptFromSetting(outcome) ? ntpdateServers(outcome) : [];
  return [...servers, `${timestamp} ${program}[${pid}]: ${ntpdateResult(outcome)}`];
}

/** Whether there is a measurement, but something prevented the correction. */
function keptFromSetting({ kind, servers }: Outcome): boolean {
  if (kind === 'interrupted') return servers.some(({ estimate }) => estimate);
  return kind === 'refused' || kind === 'busy' || kind === 'clock-error';
}

/** The reason for a failure or an interrupted wait, which the classic line lacks; for stderr, and so for cron's mail. */
export function classicNotes(outcome: Outcome): readonly string[] {
  const reason = explanationOf(outcome);
  return reason === undefined ? [] : [`tsntp: ${reason}`];
}
