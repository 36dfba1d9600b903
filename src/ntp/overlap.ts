// Intervals on a line → the places where many of them overlap: the sweep over their ends of Marzullo's algorithm
// (RFC 5905 §11.2.1), n·log n.

import type { Seconds } from './time.ts';

/** An interval of offsets, from `low` to `high` in seconds, both included. */
export interface Interval {
  readonly low: Seconds;
  readonly high: Seconds;
}

export interface Overlaps {
  /** How many intervals contain the point that most of them contain; 0 without intervals. */
  readonly most: number;
  /** The places that at least `count` intervals contain (1 or more), ascending; no two of them touch. */
  where(count: number): readonly Interval[];
}

/** Counts how many intervals contain each point; intervals that touch overlap in a point. */
export function overlapsOf(intervals: readonly Interval[]): Overlaps {
  const ends = intervals
    .flatMap(({ low, high }) => [
      { at: low, step: 1 },
      { at: high, step: -1 },
    ])
    .sort((a, b) => a.at - b.at || b.step - a.step);
  let containing = 0;
  const depths = ends.map(({ at, step }) => {
    containing += step;
    return { at, step, containing };
  });
  return {
    most: depths.reduce((most, { containing }) => Math.max(most, containing), 0),
    where: count => {
      const begins = depths.filter(({ step, containing }) => step === 1 && containing === count);
      const closes = depths.filter(({ step, containing }) => step === -1 && containing === count - 1);
      return begins.map(({ at }, i) => ({ low: at, high: closes[i]!.at }));
    },
  };
}

/** From the first of the places to the last; there is at least one, and they ascend. */
export function hullOf(places: readonly Interval[]): Interval {
  return { low: places[0]!.low, high: places.at(-1)!.high };
}
