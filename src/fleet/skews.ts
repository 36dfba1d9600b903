// Targets that are off → groups of those that are off by the same amount, as after a wrong time zone, with the networks or groups of
// the list that hold them.

import type { Seconds } from '../ntp/time.ts';
import type { CheckedTarget, SkewGroup, TargetReading } from './fleet-outcome.ts';
import { medianOf } from './majority.ts';
import { networksOf } from './networks.ts';

/** Two offsets are equal if they differ by less than this, in seconds, or than this share of them, besides their bounds. */
const EQUAL: Seconds = 0.001;
const EQUAL_SHARE = 1e-4;
/** Large offsets are not more equal for that, in seconds. */
const NEVER_EQUAL: Seconds = 1;

type Off = CheckedTarget & { readonly reading: TargetReading };

/** Groups of at least two targets, the largest first. */
export function skewsOf(checked: readonly CheckedTarget[]): readonly SkewGroup[] {
  const off = checked.filter(isOff).toSorted((a, b) => a.reading.offset - b.reading.offset);
  const groups: Off[][] = [];
  for (const one of off) {
    const last = groups.at(-1);
    if (last && areEqual(last[0]!.reading, one.reading)) last.push(one);
    else groups.push([one]);
  }
  return groups
    .filter(group => group.length > 1)
    .toSorted((a, b) => b.length - a.length)
    .map(group => ({
      offset: medianOf(group.map(({ reading }) => reading.offset)),
      count: group.length,
      where: whereOf(group),
    }));
}

function isOff(checked: CheckedTarget): checked is Off {
  return checked.reading !== undefined && ['off', 'zone-off', 'era-off'].includes(checked.verdict);
}

function areEqual(a: TargetReading, b: TargetReading): boolean {
  const share = EQUAL_SHARE * Math.abs(a.offset);
  const apart = Math.min(Math.max(EQUAL, share) + a.errorBound + b.errorBound, NEVER_EQUAL);
  return b.offset - a.offset <= apart;
}

/** The groups of the list if all have one, else the networks. */
function whereOf(group: readonly Off[]): readonly string[] {
  const named = group.map(({ target }) => target.group);
  if (named.every(name => name !== undefined)) return [...new Set(named)].toSorted();
  return networksOf(group.map(({ reading }) => reading.address));
}
