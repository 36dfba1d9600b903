// A clock's readings → its precision, ρ of RFC 5905 §7.3 and §11.1: the resolution or the time to read it, whichever is
// larger. The smallest step between two readings shows it.

import { difference, type Seconds, type UnixTime } from '../ntp/time.ts';
import { standstill } from './clock.ts';
import { patience } from './patience.ts';

/** On Linux, ten times as many find the same step, and have V8 compile the loop, which takes 3 ms. */
const READINGS = 100;
/** The longest wait for a step in seconds: a clock may tick in whole seconds. */
const LONGEST_TICK: Seconds = 1.5;

/**
 * Measures the smallest step of a clock in seconds, at least 1 ns: reads it at least 100 times and until it has
 * stepped. Throws `ClockError` if the clock stands still or runs backward.
 */
export function measurePrecision(now: () => UnixTime): Seconds {
  const more = patience(LONGEST_TICK);
  let smallest = Number.POSITIVE_INFINITY;
  let last = now();
  for (let readings = 0; readings < READINGS || smallest === Number.POSITIVE_INFINITY; readings++) {
    const time = now();
    // A backward step means that the clock was just set.
    if (time > last) smallest = Math.min(smallest, difference(time, last));
    else if (!more()) throw standstill();
    last = time;
  }
  return smallest;
}
