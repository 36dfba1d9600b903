// An outcome → ntpdate's words for it, which the classic report and the system log share, and on which scripts and log
// filters rely.

import type { Estimate } from '../ntp/combine.ts';
import type { Correction, Findings, Outcome, ServerReport } from '../pipeline/outcome.ts';
import { measuredOf, packetOf, stratumOf } from './labels.ts';
import { sixDecimals } from './quantity.ts';
import { summaryOf } from './summary.ts';

/** A line for each queried server, as `ntpdate -q` prints it. */
export function ntpdateServers({ servers }: Findings): readonly string[] {
  return servers.filter(wasQueried).map(serverLine);
}

/** Whether the server was queried. The second entry of a server was not, and its line would look like that of a dead one. */
function wasQueried({ verdict, burst }: ServerReport): boolean {
  return verdict.kind !== 'duplicate' || burst !== undefined;
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

/** The result in ntpdate's words: `step time server 203.0.113.5 offset -0.500463 sec`. */
export function ntpdateResult(outcome: Outcome): string {
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

function correction(outcome: Findings & { readonly estimate: Estimate }): string {
  return `time server ${systemPeerOf(outcome)} offset ${sixDecimals(outcome.estimate.offset)} sec`;
}

/** The address of the system peer, or its name if it has no address. Every outcome with an estimate has one. */
export function systemPeerOf({ servers }: Findings & { readonly estimate: Estimate }): string {
  const { address, server } = servers.find(({ verdict }) => verdict.kind === 'system-peer')!;
  return address?.address ?? server.host;
}

/** The reason for a failure or an interrupted wait, which ntpdate's words lack; undefined for any other outcome. */
export function explanationOf(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case 'queried':
    case 'unchanged':
    case 'would-adjust':
      return undefined;
    case 'adjusted':
      return outcome.waited === 'interrupted' ? summaryOf(outcome) : undefined;
    case 'refused':
    case 'busy':
    case 'clock-error':
    case 'interrupted':
    case 'no-suitable-server':
      return summaryOf(outcome);
    default:
      return outcome satisfies never;
  }
}
