// Intervals on a line → the places where many of them overlap. Sweeps over their endpoints in n·log n, as in Marzullo's
// algorithm (RFC 5905 §11.2.1).

import type { Seconds } from './time.ts';

/** An interval of offsets, from `low` to `high` in seconds, both included. */
export interface Interval {
  readonly low: Seconds;
  readonly high: Seconds;
}

export interface Overlaps {
  /** The largest number of intervals that contain a common point; 0 without intervals. */
  readonly most: number;
  /** The places that at least `count` (1 or more) intervals contain, in ascending order. No two of them touch. */
  where(count: number): readonly Interval[];
}

/** Counts how many intervals contain each point. Intervals that touch overlap in one point. */
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

/** From the start of the first place to the end of the last. `places` must be ascending and not empty. */
export function hullOf(places: readonly Interval[]): Interval {
  return { low: places[0]!.low, high: places.at(-1)!.high };
}
