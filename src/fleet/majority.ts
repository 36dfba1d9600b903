// Readings of many targets → what the majority of them agrees on, which then is the reference. As in Marzullo's algorithm (RFC 5905
// §11.2.1), a strict majority of the intervals must overlap; each is as wide as the check tolerates. The result is the median of
// those that do: it depends on no single target.
// Sign: a positive offset = the majority is ahead of this machine's clock.

import { overlapsOf } from '../ntp/overlap.ts';
import type { Seconds } from '../ntp/time.ts';
import type { KnownCorrection } from './correction.ts';

/** The least number of targets whose majority may be the reference. */
export const LEAST_MAJORITY = 5;

/** What a majority agrees on. */
export interface Majority extends KnownCorrection {
  /** The number of targets that agree. */
  readonly agreeing: number;
}

/** The majority's agreement, if more than half of the readings agree within ± `tolerance` seconds. */
export function majorityOf(readings: readonly KnownCorrection[], tolerance: Seconds): Majority | undefined {
  const widthOf = ({ errorBound }: KnownCorrection) => errorBound + tolerance;
  const intervals = readings.map(one => ({
    low: one.offset - widthOf(one),
    high: one.offset + widthOf(one),
  }));
  const { most, where } = overlapsOf(intervals);
  if (most * 2 <= readings.length) return undefined;
  const [place] = where(most);
  const agreeing = readings.filter(
    (_, i) => intervals[i]!.low <= place!.low && intervals[i]!.high >= place!.high,
  );
  const offset = medianOf(agreeing.map(one => one.offset));
  // Each true value is between its ends, so that their median is between the medians of the ends.
  const low = medianOf(agreeing.map(one => one.offset - one.errorBound));
  const high = medianOf(agreeing.map(one => one.offset + one.errorBound));
  return { agreeing: agreeing.length, offset, errorBound: Math.max(offset - low, high - offset) };
}

/** The median of numbers, of which there must be at least one. */
export function medianOf(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b);
  const middle = ascending.length >> 1;
  const upper = ascending[middle]!;
  return ascending.length % 2 === 1 ? upper : (ascending[middle - 1]! + upper) / 2;
}
