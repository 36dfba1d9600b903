// This program's release date → the range of times a server may plausibly show, and the pivot that selects its NTP era.

import { add, type Seconds, type UnixTime } from './time.ts';

/** The times a server may show: from this program's release until 20 years later (see `plausibleTimes`). */
export interface PlausibleTimes {
  readonly from: UnixTime;
  readonly until: UnixTime;
  /** Accept any other time too. */
  readonly allowAny: boolean;
}

const PLAUSIBLE_SPAN: Seconds = 20 * 365.25 * 86_400;

/** The plausible times for a program released at `release`: the following 20 years. */
export function plausibleTimes(release: UnixTime, allowAny: boolean): PlausibleTimes {
  return { from: release, until: add(release, PLAUSIBLE_SPAN), allowAny };
}

/**
 * The instant that selects a server's era: our clock, or the release if our clock is itself implausible (a board that
 * boots in 1970 or 2099).
 */
export function eraPivot(clock: UnixTime, { from, until }: PlausibleTimes): UnixTime {
  return clock > from && clock < until ? clock : from;
}
