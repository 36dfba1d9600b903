// An outcome in ntpdate's words, one line each, for the scripts and cron mails that rely on them.

import type { Estimate } from '../../ntp/combine.ts';
import type { Outcome, ServerReport } from '../../outcome.ts';
import { sixDecimals } from './quantity.ts';
import { sentenceOf } from './sentence.ts';
import { nameOf } from './verdict.ts';

export interface ClassicContext {
  /** Also one line for each server: `query`, `-q`. */
  readonly listServers: boolean;
  readonly now: Date;
  readonly pid: number;
}

/** The lines, without their line ends. */
export function classicLines(outcome: Outcome, context: ClassicContext): readonly string[] {
  const stamp = `${timestampOf(context.now)} tsntp[${context.pid}]:`;
  const servers = context.listServers ? outcome.servers.map(serverLine) : [];
  return [...servers, ...resultOf(outcome).map(line => `${stamp} ${line}`)];
}

/** `server 203.0.113.5, stratum 2, offset -0.000463, delay 0.02113`; zeros for one that gave no time, as ntpdate. */
function serverLine(report: ServerReport): string {
  const { estimate } = report;
  const stratum = estimate?.stratum ?? 0;
  const offset = sixDecimals(estimate?.offset ?? 0);
  const delay = (estimate?.delay ?? 0).toFixed(5);
  return `server ${report.address?.address ?? report.server.host}, stratum ${stratum}, offset ${offset}, delay ${delay}`;
}

function resultOf(outcome: Outcome): readonly string[] {
  switch (outcome.kind) {
    case 'queried':
      return [correction('adjust', outcome.estimate, outcome.servers)];
    case 'unchanged':
      return [correction('adjust', outcome.estimate, outcome.servers)];
    case 'adjusted':
    case 'would-adjust': {
      const verb = outcome.decision.kind === 'step' ? 'step' : 'adjust';
      return [correction(verb, outcome.estimate, outcome.servers)];
    }
    case 'busy':
      return ['the NTP socket is in use, exiting', sentenceOf(outcome)];
    case 'no-suitable-server':
      return ['no server suitable for synchronization found'];
    case 'refused':
    case 'clock-error':
    case 'interrupted':
      return [sentenceOf(outcome)];
    default:
      return outcome satisfies never;
  }
}

function correction(verb: 'adjust' | 'step', { offset }: Estimate, servers: readonly ServerReport[]): string {
  const systemPeer = servers.find(({ verdict }) => verdict.kind === 'system-peer');
  return `${verb} time server ${systemPeer ? nameOf(systemPeer) : '?'} offset ${sixDecimals(offset)} sec`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Local time as syslog and ntpdate write it: ` 5 Nov 12:10:23`. */
function timestampOf(now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
  return `${String(now.getDate()).padStart(2)} ${MONTHS[now.getMonth()]} ${time}`;
}
