// A period and a machine's minute → the fixed minutes and hours of a clock at which cron and launchd run a job.

import type { Seconds } from '../ntp/time.ts';

/** Minutes of each hour, and hours of each day; every hour if `hours` is absent. */
export interface FixedMinutes {
  readonly minutes: readonly number[];
  readonly hours?: readonly number[];
}

const MINUTES_PER_HOUR = 60;
const HOURS_PER_DAY = 24;

/** The periods that fixed minutes can express, of those that --every allows, in words. */
export const FIXED_PERIODS =
  '2, 3, 4, 5, 6, 10, 12, 15, 20 or 30 minutes, or 1, 2, 3, 4, 6, 8, 12 or 24 hours';

/**
 * The times of a period that divides an hour or a day evenly; undefined for any other. `minute`, from 1 to 59, is the
 * phase: no run is at minute 0, where other machines' jobs are, unless there is one every minute.
 */
export function fixedMinutesOf(every: Seconds, minute: number): FixedMinutes | undefined {
  const minutes = every / 60;
  if (Number.isInteger(minutes) && MINUTES_PER_HOUR % minutes === 0 && minutes < MINUTES_PER_HOUR)
    return { minutes: series(minutes, MINUTES_PER_HOUR, minutes === 1 ? 0 : 1 + (minute % (minutes - 1))) };
  const hours = every / 3600;
  if (!Number.isInteger(hours) || HOURS_PER_DAY % hours !== 0) return undefined;
  if (hours === 1) return { minutes: [minute] };
  return { minutes: [minute], hours: series(hours, HOURS_PER_DAY, minute % hours) };
}

function series(step: number, end: number, first: number): readonly number[] {
  return Array.from({ length: end / step }, (_, i) => first + i * step);
}
