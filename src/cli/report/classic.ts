// An outcome in ntpdate's words, one line each, for the scripts and cron mails that rely on them.

import type { Estimate } from '../../ntp/combine.ts';
import type { Findings, Outcome, ServerReport } from '../../outcome.ts';
import { sixDecimals } from './quantity.ts';
import { sentenceOf } from './sentence.ts';
import { nameOf, reasonOf } from './verdict.ts';

export interface ClassicContext {
  /** Also one line for each server: `query`, `-q`. */
  readonly listServers: boolean;
  /** The local time as ntpdate writes it: ` 5 Nov 12:10:23`. */
  readonly timestamp: string;
  readonly pid: number;
}

/** The lines of the result, without their line ends. */
export function classicLines(outcome: Outcome, context: ClassicContext): readonly string[] {
  const measured = outcome.kind === 'refused' || outcome.kind === 'busy' || outcome.kind === 'clock-error';
  const servers = context.listServers || measured ? outcome.servers.map(serverLine) : [];
  return [...servers, `${context.timestamp} tsntp[${context.pid}]: ${resultOf(outcome)}`];
}

/** What the classic line of a failure or an interrupted wait does not say, for stderr and so for cron's mail: why, and what to do. */
export function classicNotes(outcome: Outcome): readonly string[] {
  switch (outcome.kind) {
    case 'queried':
    case 'unchanged':
    case 'would-adjust':
      return [];
    case 'adjusted':
      return outcome.waited === 'interrupted' ? [`tsntp: ${sentenceOf(outcome)}`] : [];
    case 'refused':
    case 'busy':
    case 'clock-error':
    case 'interrupted':
      return [`tsntp: ${sentenceOf(outcome)}`];
    case 'no-suitable-server': {
      const reasons = outcome.servers.map(report => `${nameOf(report)}: ${reasonOf(report.verdict)}`);
      return [`tsntp: ${sentenceOf(outcome)}`, ...reasons];
    }
    default:
      return outcome satisfies never;
  }
}

/** `server 203.0.113.5, stratum 2, offset -0.000463, delay 0.02113`; zeros for one that gave no time, as ntpdate. */
function serverLine(report: ServerReport): string {
  const { estimate } = report;
  const stratum = estimate?.stratum ?? 0;
  const offset = sixDecimals(estimate?.offset ?? 0);
  const delay = (estimate?.delay ?? 0).toFixed(5);
  return `server ${report.address?.address ?? report.server.host}, stratum ${stratum}, offset ${offset}, delay ${delay}`;
}

function resultOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'queried':
    case 'unchanged':
      return `adjust ${correction(outcome)}`;
    case 'adjusted':
    case 'would-adjust':
      return `${outcome.decision.kind === 'step' ? 'step' : 'adjust'} ${correction(outcome)}`;
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

function correction({ estimate, servers }: Findings & { readonly estimate: Estimate }): string {
  const systemPeer = servers.find(({ verdict }) => verdict.kind === 'system-peer')!;
  const address = systemPeer.address?.address ?? systemPeer.server.host;
  return `time server ${address} offset ${sixDecimals(estimate.offset)} sec`;
}
