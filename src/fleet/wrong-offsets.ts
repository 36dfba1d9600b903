// An offset → the mistake that is known to cause it: a wrong time zone, or a clock that counts from a wrong year.
// Sign: a positive offset = the target is ahead.

import type { Seconds } from '../ntp/time.ts';

const MINUTE: Seconds = 60;
const HOUR: Seconds = 3600;
const DAY: Seconds = 86_400;
const YEAR: Seconds = 365.25 * DAY;
/** Time zones differ by multiples of a quarter of an hour, at most by 14 hours from UTC. */
const ZONE_STEP: Seconds = 15 * MINUTE;
const FARTHEST_ZONE: Seconds = 14 * HOUR;
/** How far from such a multiple the clock may be besides. */
const BESIDES: Seconds = 60;
/** The week number of GPS starts again after 1024 weeks. */
const ROLLOVER: Seconds = 1024 * 7 * DAY;
/** How far from a rollover the clock may be besides: the leap seconds that a receiver without almanac lacks, and some. */
const BESIDES_ROLLOVER: Seconds = DAY;
/** How long a device may have been up since it began to count at its epoch. */
const LONGEST_UP: Seconds = 5 * YEAR;

/** In seconds since 1970: where clocks begin that were never set, and where the timestamps of NTP start again. */
const EPOCHS: readonly (readonly [at: Seconds, name: string])[] = [
  [2_085_978_496, 'February 2036, the start of an era of NTP: its clock was never set'],
  [315_532_800, '1980, where its clock begins without a battery'],
  [0, '1970, where its clock begins without a battery'],
];

/** What a wrong time zone would explain, in words; undefined if none does. */
export function zoneOf(offset: Seconds): string | undefined {
  const size = Math.abs(offset);
  const shift = Math.round(size / ZONE_STEP) * ZONE_STEP;
  if (shift === 0 || shift > FARTHEST_ZONE || Math.abs(size - shift) > BESIDES) return undefined;
  return `${hours(shift)} ${offset > 0 ? 'ahead' : 'behind'}: its time zone?`;
}

/** What a wrong year would explain, in words; undefined if none does. `now` is the true time in seconds since 1970. */
export function eraOf(offset: Seconds, now: Seconds): string | undefined {
  const weeks = Math.round(offset / ROLLOVER);
  if (weeks !== 0 && Math.abs(offset - weeks * ROLLOVER) <= BESIDES_ROLLOVER)
    return `${Math.abs(weeks) * 1024} weeks ${offset > 0 ? 'ahead' : 'behind'}: GPS week rollover`;
  if (Math.abs(offset) < YEAR) return undefined;
  const shows = now + offset;
  const epoch = EPOCHS.find(
    ([at]) => shows >= at - DAY && shows < at + LONGEST_UP && Math.abs(now - at) > LONGEST_UP,
  );
  return epoch && `it shows ${new Date(shows * 1000).getUTCFullYear()}, counted from ${epoch[1]}`;
}

/** `an hour`, `30 min`, `5 h 30 min`. */
function hours(seconds: Seconds): string {
  const [whole, minutes] = [Math.floor(seconds / HOUR), (seconds % HOUR) / MINUTE];
  if (whole === 0) return `${minutes} min`;
  if (minutes === 0) return whole === 1 ? 'an hour' : `${whole} hours`;
  return `${whole} h ${minutes} min`;
}
