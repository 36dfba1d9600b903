// A clock's readings → its precision, rho of RFC 5905 §7.3 and §11.1: resolution or the time to read it,
// whichever is larger, which is what the smallest step seen between two readings shows.

import { difference, type Seconds, type UnixTime } from '../ntp/time.ts';
import { standstill } from './clock.ts';
import { patience } from './patience.ts';

const READINGS = 1000;
/** The longest wait for a step: a clock may tick in whole seconds. */
const LONGEST_TICK: Seconds = 1.5;

/**
 * Reads the clock until it has stepped, 1000 times at least; the smallest step, at least 1 ns. Throws `ClockError` for a
 * clock that stands still or runs backwards.
 */
export function measurePrecision(now: () => UnixTime): Seconds {
  const more = patience(LONGEST_TICK);
  let smallest = Number.POSITIVE_INFINITY;
  let last = now();
  for (let readings = 0; readings < READINGS || smallest === Number.POSITIVE_INFINITY; readings++) {
    if (!more()) throw standstill();
    const time = now();
    // Backwards means that the clock is being set just now.
    if (time > last) smallest = Math.min(smallest, difference(time, last));
    last = time;
  }
  return smallest;
}
