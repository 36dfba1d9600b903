// An outcome → the lines of ntpdate, on which scripts and cron mails rely.

import type { Estimate } from '../../ntp/combine.ts';
import type { Correction, Findings, Outcome, ServerReport } from '../../pipeline/outcome.ts';
import { measuredOf, packetOf, stratumOf } from '../../report/labels.ts';
import { sixDecimals } from '../../report/quantity.ts';
import { summaryOf } from '../../report/summary.ts';

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
  const servers =
    listServers || keptFromSetting(outcome) ? outcome.servers.filter(wasQueried).map(serverLine) : [];
  return [...servers, `${timestamp} ${program}[${pid}]: ${resultOf(outcome)}`];
}

/** Whether the server was queried. The second entry of a server was not, and its line would look like that of a dead one. */
function wasQueried({ verdict, burst }: ServerReport): boolean {
  return verdict.kind !== 'duplicate' || burst !== undefined;
}

/** Whether there is a measurement, but something prevented the correction. */
function keptFromSetting({ kind, servers }: Outcome): boolean {
  if (kind === 'interrupted') return servers.some(({ estimate }) => estimate);
  return kind === 'refused' || kind === 'busy' || kind === 'clock-error';
}

/** The reason for a failure or an interrupted wait, which the classic line lacks; for stderr, and so for cron's mail. */
export function classicNotes(outcome: Outcome): readonly string[] {
  switch (outcome.kind) {
    case 'queried':
    case 'unchanged':
    case 'would-adjust':
      return [];
    case 'adjusted':
      return outcome.waited === 'interrupted' ? [`tsntp: ${summaryOf(outcome)}`] : [];
    case 'refused':
    case 'busy':
    case 'clock-error':
    case 'interrupted':
    case 'no-suitable-server':
      return [`tsntp: ${summaryOf(outcome)}`];
    default:
      return outcome satisfies never;
  }
}

/**
 * `server 203.0.113.5, stratum 2, offset -0.000463, delay 0.02113`, whether the server is used or not. As in ntpdate, an
 * unsynchronized server has stratum 16, and a silent one has zeros.
 */
function serverLine(report: ServerReport): string {
  const measured = measuredOf(report);
  const packet = packetOf(report);
  const stratum = packet ? stratumOf(packet) : 0;
  const offset = sixDecimals(measured?.offset ?? 0);
  const delay = (measured?.delay ?? 0).toFixed(5);
  return `server ${report.address?.address ?? report.server.host}, stratum ${stratum}, offset ${offset}, delay ${delay}`;
}

function resultOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'queried':
    case 'unchanged':
      return `adjust ${correction(outcome)}`;
    case 'adjusted':
      return `${verbOf(outcome)} ${correction(outcome)}`;
    case 'would-adjust':
      return `would ${verbOf(outcome)} ${correction(outcome)}`;
    case 'refused':
      return `refuse ${correction(outcome)}`;
    case 'clock-error':
      return `cannot set ${correction(outcome)}`;
    case 'busy':
      return 'the NTP socket is in use, exiting';
    case 'no-suitable-server':
      return 'no server suitable for synchronization found';
    case 'interrupted':
      return 'interrupted, exiting';
    default:
      return outcome satisfies never;
  }
}

function verbOf({ decision }: { readonly decision: Correction }): 'step' | 'adjust' {
  return decision.kind === 'step' ? 'step' : 'adjust';
}

function correction({ estimate, servers }: Findings & { readonly estimate: Estimate }): string {
  const systemPeer = servers.find(({ verdict }) => verdict.kind === 'system-peer')!;
  const address = systemPeer.address?.address ?? systemPeer.server.host;
  return `time server ${address} offset ${sixDecimals(estimate.offset)} sec`;
}
