// Why a server is a falseticker, in numbers: its offset, the one that was found, and which servers contradict it.

import type { PeerEstimate } from '../ntp/filter.ts';
import type { Outcome, ServerReport, Verdict } from '../pipeline/outcome.ts';
import { formatDuration, formatOffset } from './quantity.ts';

/** A falseticker's offset beside that of the servers that contradict it. */
export function explainFalseticker(
  report: ServerReport & { readonly estimate: PeerEstimate },
  outcome: Outcome,
): string {
  const { estimate } = report;
  const theirs = 'estimate' in outcome ? `, theirs ${formatOffset(outcome.estimate.offset)}` : '';
  const own = `${formatOffset(estimate.offset)} ± ${formatDuration(estimate.rootDistance)}`;
  return `falseticker: ${contradicting(report, outcome)} it (its offset is ${own}${theirs})`;
}

/** What contradicts a falseticker: where any server that the list trusts is usable, only such have a say. */
function contradicting({ server }: ServerReport, { servers }: Outcome): string {
  const voting: readonly Verdict['kind'][] = [
    'system-peer',
    'survivor',
    'outlier',
    'falseticker',
    'undecided',
  ];
  const trusted = servers.filter(one => one.server.trust && voting.includes(one.verdict.kind));
  if (trusted.length === 0) return 'the majority contradicts';
  if (server.trust) return 'the majority of the trusted servers contradicts';
  return trusted.length === 1 ? 'the trusted server contradicts' : 'the trusted servers contradict';
}
