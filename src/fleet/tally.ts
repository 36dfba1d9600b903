// The verdicts of a check → how many there are of each, and how the check ended.

import type { CheckEnd, Checked, CheckedTarget, TargetVerdict } from './fleet-outcome.ts';

/** What makes a check fail: each includes those before it. */
export type FailOn = 'off' | 'unreachable' | 'uncertain';

/** From which setting of `FailOn` on a verdict makes a check fail; undefined if it never does. */
const FAILS_FROM: Readonly<Record<TargetVerdict, FailOn | undefined>> = {
  right: undefined,
  off: 'off',
  'zone-off': 'off',
  'era-off': 'off',
  frozen: 'off',
  'no-answer': 'unreachable',
  'unknown-name': 'unreachable',
  refused: 'unreachable',
  'rate-limited': 'unreachable',
  unsynchronized: 'uncertain',
  uncertain: 'uncertain',
};

const ORDER: readonly FailOn[] = ['off', 'unreachable', 'uncertain'];

/** The number of targets of each verdict that occurs. */
export function countsOf(targets: readonly CheckedTarget[]): Checked['counts'] {
  const counts: Partial<Record<TargetVerdict, number>> = {};
  for (const { verdict } of targets) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

/**
 * How a check that was not interrupted ended. A target that is off outweighs those whose time is not known. If no target answered
 * at all, nothing is right.
 */
export function endOf(targets: readonly CheckedTarget[], failOn: FailOn): Exclude<CheckEnd, 'interrupted'> {
  const failures = targets.flatMap(({ verdict }) => FAILS_FROM[verdict] ?? []);
  if (failures.includes('off')) return 'some-off';
  const silent = targets.every(({ reading }) => reading === undefined);
  const counts = (from: FailOn) => ORDER.indexOf(from) <= ORDER.indexOf(failOn);
  return silent || failures.some(counts) ? 'some-unknown' : 'all-right';
}
