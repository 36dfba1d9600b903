// The targets of a check → their names, what kind of finding each verdict is, and their order: the worst first.

import type { CheckedTarget, Severity, Target, TargetVerdict } from '../../fleet/fleet-outcome.ts';
import { formatServer } from '../../sources/server.ts';

/** What a verdict comes to, from worst to best. */
export type Finding = 'off' | 'unsynchronized' | 'uncertain' | 'unanswered' | 'right';

/** All findings, from worst to best. */
export const FINDINGS: readonly Finding[] = ['off', 'unsynchronized', 'uncertain', 'unanswered', 'right'];

const FINDING_OF: Readonly<Record<TargetVerdict, Finding>> = {
  off: 'off',
  'zone-off': 'off',
  'era-off': 'off',
  frozen: 'off',
  unsynchronized: 'unsynchronized',
  uncertain: 'uncertain',
  'no-answer': 'unanswered',
  'unknown-name': 'unanswered',
  'rate-limited': 'unanswered',
  refused: 'unanswered',
  right: 'right',
};

/** All verdicts, from worst to best. */
export const TARGET_VERDICTS = Object.keys(FINDING_OF) as readonly TargetVerdict[];

/** What the verdict on a target comes to. */
export function findingOfVerdict({ verdict }: Pick<CheckedTarget, 'verdict'>): Finding {
  return FINDING_OF[verdict];
}

/** What monitoring counts as worse first: an error is worse than not knowing. */
const BY_SEVERITY: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, unknown: 2, ok: 3 };

/** The worst severity of some targets; `ok` if there are none. */
export function worstOf(targets: readonly CheckedTarget[]): Severity {
  return targets.reduce<Severity>(
    (worst, { severity }) => (BY_SEVERITY[severity] < BY_SEVERITY[worst] ? severity : worst),
    'ok',
  );
}

/** The targets, the worst first: by severity, by finding, by the size of the offset, then as they were named. */
export function worstFirst(targets: readonly CheckedTarget[]): readonly CheckedTarget[] {
  const rank = new Map(FINDINGS.map((finding, i) => [finding, i]));
  const size = ({ reading }: CheckedTarget) => (reading ? Math.abs(reading.offset) : -1);
  return targets.toSorted(
    (a, b) =>
      BY_SEVERITY[a.severity] - BY_SEVERITY[b.severity] ||
      rank.get(findingOfVerdict(a))! - rank.get(findingOfVerdict(b))! ||
      size(b) - size(a),
  );
}

/** A target's name for a report: what its list calls it, otherwise its host. */
export function targetName(target: Target): string {
  return target.label ?? targetHost(target);
}

/** A target's host as it was named, with a port other than 123. */
export function targetHost({ host, port }: Pick<Target, 'host' | 'port'>): string {
  return formatServer({ host, port });
}
