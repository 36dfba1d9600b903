// Readings of this kernel's clocks in nanoseconds, by the C library: the bench's own, so that it does not lean on
// the code that it tests. Only reads.

import koffi from 'koffi';

const clockGettime = koffi.load(null).func('int clock_gettime(int clock, void *time)');
const timespec = new BigInt64Array(2);

/** CLOCK_REALTIME: nanoseconds since 1970. */
export function realtime() {
  return read(0);
}

/** CLOCK_MONOTONIC_RAW: what neither step nor slew touches. */
export function raw() {
  return read(4);
}

function read(clock) {
  clockGettime(clock, timespec);
  return timespec[0] * 1_000_000_000n + timespec[1];
}
