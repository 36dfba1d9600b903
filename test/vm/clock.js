// Reads this kernel's clocks in nanoseconds through the C library. The bench has its own code, so that it does not
// depend on the code under test. Read-only.

import koffi from 'koffi';

const clockGettime = koffi.load(null).func('int clock_gettime(int clock, void *time)');
const timespec = new BigInt64Array(2);

/** CLOCK_REALTIME: nanoseconds since 1970. */
export function realtime() {
  return read(0);
}

/** CLOCK_MONOTONIC_RAW: affected by neither step nor slew. */
export function raw() {
  return read(4);
}

function read(clock) {
  clockGettime(clock, timespec);
  return timespec[0] * 1_000_000_000n + timespec[1];
}
