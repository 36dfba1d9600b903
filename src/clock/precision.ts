// A clock's readings → its precision, rho of RFC 5905 §7.3 and §11.1: resolution or the time to read it,
// whichever is larger, which is what the smallest step seen between two readings shows.

import { difference, type Seconds, type UnixTime } from '../ntp/time.ts';

const READINGS = 1000;

/** Reads the clock until it has stepped, 1000 times at least; the smallest step, at least 1 ns. */
export function measurePrecision(now: () => UnixTime): Seconds {
  let smallest = Number.POSITIVE_INFINITY;
  let last = now();
  for (let readings = 0; readings < READINGS || smallest === Number.POSITIVE_INFINITY; readings++) {
    const time = now();
    // Backwards is somebody setting the clock just now.
    if (time > last) smallest = Math.min(smallest, difference(time, last));
    last = time;
  }
  return smallest;
}
