// The release of this program → the years that a server may plausibly show, and the pivot that picks its NTP era.

import { add, type Seconds, type UnixTime } from './time.ts';

/** The years that a server may show: from this program's release to 20 years later (see `plausibleTimes`). */
export interface PlausibleTimes {
  readonly from: UnixTime;
  readonly until: UnixTime;
  /** Accept any other time, too. */
  readonly allowAny: boolean;
}

const PLAUSIBLE_SPAN: Seconds = 20 * 365.25 * 86_400;

/** The plausible times of a program released at `release`: the 20 years from then on. */
export function plausibleTimes(release: UnixTime, allowAny: boolean): PlausibleTimes {
  return { from: release, until: add(release, PLAUSIBLE_SPAN), allowAny };
}

/**
 * The instant nearest to which a server's era is chosen: our clock, or the release where our clock is implausible itself
 * (a board that boots in 1970 or in 2099).
 */
export function eraPivot(clock: UnixTime, { from, until }: PlausibleTimes): UnixTime {
  return clock > from && clock < until ? clock : from;
}
