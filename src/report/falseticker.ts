// A falseticker → the reason in numbers: its offset, the result, and which servers contradict it.

import type { PeerEstimate } from '../ntp/filter.ts';
import type { Outcome, ServerReport } from '../pipeline/outcome.ts';
import type { Verdict } from '../pipeline/verdict.ts';
import { formatDuration, formatOffset } from './quantity.ts';

/** Explains why a server is a falseticker, with its offset and that of the servers that contradict it. */
export function explainFalseticker(
  report: ServerReport & { readonly estimate: PeerEstimate },
  outcome: Outcome,
): string {
  const { estimate } = report;
  const theirs = 'estimate' in outcome ? `, theirs ${formatOffset(outcome.estimate.offset)}` : '';
  const own = `${formatOffset(estimate.offset)} ± ${formatDuration(estimate.rootDistance)}`;
  return `falseticker: ${contradicting(report, outcome)} it (its offset is ${own}${theirs})`;
}

/** The servers that contradict a falseticker. If a trusted server is usable, only trusted servers have a vote. */
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
