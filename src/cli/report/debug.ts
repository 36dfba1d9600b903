// Events and the outcome → the trace of -d: each packet and test as it happens, then for each server the block of
// ntpdate -d, the intersection, the weights, and the result.

import type { KeyExchange } from '../../net/nts/session.ts';
import type { ClockTrust } from '../../ntp/clock-trust.ts';
import type { Sample } from '../../ntp/sample.ts';
import { intervalOf } from '../../ntp/select.ts';
import { formatInstant } from '../../ntp/time.ts';
import type { Outcome, ServerReport } from '../../pipeline/outcome.ts';
import { count, nameOf, tallyOf } from '../../report/labels.ts';
import { sixDecimals } from '../../report/quantity.ts';
import { reasonOf } from '../../report/reason.ts';
import { summaryOf } from '../../report/summary.ts';
import { formatServer } from '../../sources/server.ts';
import type { SyncEvent } from '../../sync.ts';
import { ntpdateBlock } from './ntpdate-block.ts';

/** The lines of an event in the trace, without line ends. */
export function traceLines(event: SyncEvent): readonly string[] {
  switch (event.kind) {
    case 'resolved':
      return [`resolve(${formatServer(event.server)}) ${event.addresses.join(' ')}`];
    case 'not-resolved':
      return [`resolve(${formatServer(event.server)}) failed: ${event.error.message}`];
    case 'keys-exchanged':
      return [`keys(${formatServer(event.server)})`, ...exchangeLines(event.exchange)];
    case 'keys-not-exchanged':
      return [`keys(${formatServer(event.server)}) failed: ${event.error.kind}: ${event.error.message}`];
    case 'keys-kept':
      return [
        `keys(${formatServer(event.server)}) kept from an earlier run, with ${count(event.cookies, 'cookie')}`,
      ];
    case 'transmit':
      return [`transmit(${event.address.address})`];
    case 'receive': {
      const { result, arrival } = event;
      const head = `receive(${event.address.address})`;
      if (result.kind !== 'sample')
        return [`${head} test ${result.test} failed: ${result.kind}: ${result.message}`];
      return [
        head,
        ...sampleLines(result).map(line => `  ${line}`),
        `  T4 stamped by the ${arrival.stampedBy}${arrival.notByKernel ? `, not by the kernel: ${arrival.notByKernel}` : ''}`,
      ];
    }
    case 'timeout':
      return [`timeout(${event.address.address}) no reply in ${event.waited} s`];
    case 'unreachable':
      return [`unreachable(${event.address.address}) ${event.error.message}`];
    case 'unresponsive':
      return [`unresponsive(${event.address.address})`];
    case 'clock-stepped':
      return [`this clock was stepped by ${sixDecimals(event.by)} s during the measurement: measuring again`];
    case 'slew-changed':
      return ['a slew of this clock began or ended during the measurement: measuring again'];
    // Printed after the selection, which comes first.
    case 'decided':
      return [];
    case 'slewing':
      return [`slewing: ${sixDecimals(event.left)} s left of ${sixDecimals(event.of)} s`];
    default:
      return event satisfies never;
  }
}

/** The blocks of `ntpdate -d` for all servers that answered. `zone` is the value of TZ. */
export async function blockLines({ servers }: Outcome, zone: string | undefined): Promise<readonly string[]> {
  return (await Promise.all(servers.map(report => ntpdateBlock(report, zone)))).flat();
}

/**
 * The end of the trace: dropped servers, the intersection, the weights, the decision, and the result. With `besideTable`, a table on the
 * same screen already shows the dropped servers and the result.
 */
export function summaryLines(outcome: Outcome, besideTable: boolean): readonly string[] {
  const { servers, intersection } = outcome;
  const lines = besideTable ? [] : servers.flatMap(report => droppedLine(report, outcome));
  if (intersection) {
    lines.push(`intersection ${sixDecimals(intersection.low)} to ${sixDecimals(intersection.high)} s`);
  }
  for (const { estimate, ...report } of servers) {
    if (!estimate) continue;
    const { low, high } = intervalOf(estimate);
    const weight = 'weight' in report.verdict ? `, weight ${report.verdict.weight.toFixed(3)}` : '';
    const interval = `${sixDecimals(low)} to ${sixDecimals(high)} s`;
    lines.push(`${tallyOf(report.verdict)} ${nameOf(report)} ${report.verdict.kind}: ${interval}${weight}`);
  }
  lines.push(...decisionLine(outcome));
  return besideTable ? lines : [...lines, summaryOf(outcome)];
}

function decisionLine(outcome: Outcome): readonly string[] {
  const { kind, clockTrust } = outcome;
  if (!clockTrust || (kind !== 'unchanged' && !('decision' in outcome))) return [];
  const decision = 'decision' in outcome ? outcome.decision.kind : 'none';
  return [`decide: ${decision} (${clockTrustText(clockTrust)})`];
}

function sampleLines({ t1, t2, t3, t4, offset, delay, dispersion }: Sample): readonly string[] {
  return [
    `T1 ${formatInstant(t1)}`,
    `T2 ${formatInstant(t2)}`,
    `T3 ${formatInstant(t3)}`,
    `T4 ${formatInstant(t4)}`,
    `offset ${offset.toFixed(9)}, delay ${delay.toFixed(9)}, dispersion ${dispersion.toFixed(9)}`,
  ];
}

function exchangeLines({ address, certificate, duration, session }: KeyExchange): readonly string[] {
  const { subject, issuer, names, validFrom, validUntil, datesIgnored } = certificate;
  return [
    `  exchanged with ${address} in ${(duration * 1000).toFixed(1)} ms, ${count(session.cookies.length, 'cookie')}`,
    `  certificate of ${subject} (${names.join(', ')}) by ${issuer}`,
    `  valid from ${validFrom} to ${validUntil}${datesIgnored ? ', which was ignored' : ''}`,
    `  time from ${formatServer(session)}`,
  ];
}

/** Why a server gave no usable time; `Server dropped` as ntpdate writes it. */
function droppedLine(report: ServerReport, outcome: Outcome): readonly string[] {
  if (tallyOf(report.verdict) !== '?') return [];
  return [`${nameOf(report)}: ${reasonOf(report, outcome).replace(/^server dropped:/, 'Server dropped:')}`];
}

function clockTrustText({ setSinceBoot, synchronized, beforeRelease, sum, witness }: ClockTrust): string {
  return [
    `set since boot: ${yesOrNo(setSinceBoot)}`,
    `kernel synchronized: ${yesOrNo(synchronized)}`,
    `before this release: ${yesOrNo(beforeRelease)}`,
    `sum since boot: ${sixDecimals(sum)} s`,
    ...(witness ? [`hardware clock agrees with: ${witness}`] : []),
  ].join(', ');
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
