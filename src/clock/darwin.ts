// macOS 10.13 or later: implements Clock with settimeofday, adjtime, ntp_adjtime and ntp_gettime. A step is absolute, so
// it is checked against a clock that nothing sets. A slew continues in the kernel without this process. adjtime(2),
// settimeofday(2), sys/timex.h, and bsd/kern/kern_ntptime.c of XNU. Positive = forward. Assumes 64-bit little-endian, as on
// all Macs that run Node 20. It offers no rate and no oscillator: macOS's own time daemon, timed, sets the rate through
// ntp_adjtime, and would undo another one.

import {
  elapsed,
  type MonotonicTime,
  monotonicTimeOf,
  nanoseconds,
  type Seconds,
  type UnixTime,
  unixTimeOf,
} from '../ntp/time.ts';
import { type Clock, FAST_SLEW_RATE, SLEW_RATE } from './clock.ts';
import { type Foreign, type Library, share, signed, split, systemError } from './ffi.ts';
import { darwinPermission } from './permission.ts';
import { measurePrecision } from './precision.ts';
import { readTogether } from './read-together.ts';
import { statusOf, statusUnlessForbidden, synchronizedRequest, type Timex, timexCaller } from './timex.ts';

const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC_RAW = 4;
const CLOCK_MONOTONIC = 6;
const CLOCK_UPTIME_RAW = 8;

/** A busy machine can stop the process between reading and setting the clock: a step that is later, in ns, is repeated. */
const STEP_EXACT = 50_000n;
const STEP_TRIES = 5;

const NANOSECONDS = 1_000_000_000n;
const MICROSECONDS = 1_000_000n;

/** Opens the clock; throws what `foreign` throws if a function is missing. */
export function openDarwin(foreign: Foreign): Clock {
  const libc = foreign.load(null);
  const gettime = libc.func('int clock_gettime(int clock, void *time)');
  const settimeofday = libc.func('int settimeofday(void *time, void *zone)');
  const adjtime = libc.func('int adjtime(void *delta, void *old)');
  const ntpAdjtime = libc.func('int ntp_adjtime(void *timex)');
  const ntpGettime = libc.func('int ntp_gettime(void *ntptimeval)');
  const time = share(foreign, 16);
  const timeAndErrors = share(foreign, 48);
  const adjust = timexCaller(foreign, (address, attempt) =>
    // The return value is the state of the clock, TIME_OK … TIME_ERROR.
    check(ntpAdjtime(address) >= 0, attempt),
  );

  function check(succeeded: boolean, attempt: string): void {
    if (!succeeded) throw systemError(attempt, foreign.errno(), darwinPermission);
  }
  function reading(clock: number): bigint {
    check(gettime(clock, time.address) === 0, 'read the clock');
    return time.longs[0]! * NANOSECONDS + time.longs[1]!;
  }
  /** Converts to struct timeval, to the nearest µs. `tv_usec` has 4 bytes; the 4 bytes after it stay zero. */
  function timeval(ns: bigint): bigint {
    const { whole, rest } = split(split(ns + 500n, 1000n).whole, MICROSECONDS);
    time.longs[0] = whole;
    time.longs[1] = rest;
    return time.address;
  }
  /** Reads what ntp_adjtime reports, after ntp_gettime: only that lets the maximum error grow while nothing is slewed. */
  function state(): Timex {
    // Its result is no error: XNU returns the state of the clock as errno, such as 5 for a clock that is not synchronized.
    ntpGettime(timeAndErrors.address);
    return adjust('read the state of the clock', { modes: 0 });
  }
  const now = (): UnixTime => unixTimeOf(reading(CLOCK_REALTIME));
  const raw = (): bigint => reading(CLOCK_MONOTONIC_RAW);
  /**
   * CLOCK_MONOTONIC follows a slew, so that a slew is not mistaken for a step, but continues during sleep. Subtracting
   * the difference of the two raw clocks, the time asleep, makes a sleep noticeable against the wall clock.
   */
  const monotonic = (): MonotonicTime =>
    monotonicTimeOf(reading(CLOCK_MONOTONIC) - (raw() - reading(CLOCK_UPTIME_RAW)));
  /** How far the clock is ahead of one that nothing sets, in ns. */
  const ahead = () => {
    const { outer, inner, span } = readTogether(raw, now);
    return inner - outer - span / 2n;
  };

  return {
    name: 'darwin',
    precision: measurePrecision(now),
    sets: true,
    now,
    monotonic,
    read() {
      const { outer, inner, span } = readTogether(monotonic, now);
      // At the last reading, so that a datagram sent next is timestamped as close to its departure as possible.
      return { time: unixTimeOf(inner + span / 2n), monotonic: monotonicTimeOf(outer + span) };
    },
    step(offset) {
      const attempt = `step the clock by ${signed(offset)}`;
      const aim = ahead() + nanoseconds(offset);
      for (let tries = 0; tries === 0 || (tries < STEP_TRIES && aim - ahead() > STEP_EXACT); tries++)
        check(settimeofday(timeval(aim + raw()), null) === 0, attempt);
      // Cancels the remainder of a slew, which referred to the old time.
      check(adjtime(timeval(0n), null) === 0, attempt);
    },
    slew(offset) {
      check(adjtime(timeval(nanoseconds(offset)), null) === 0, `slew the clock by ${signed(offset)}`);
      const started = monotonic();
      // The kernel reports the remainder only to a caller that replaces it, but its rates are known.
      return {
        unattended: true,
        remaining: () => leftOf(offset, elapsed(monotonic(), started)),
        release() {},
      };
    },
    declareSynchronized(quality) {
      adjust('mark the clock as synchronized', synchronizedRequest(state(), quality));
    },
    status: () => statusUnlessForbidden(() => statusOf(state())),
    bootId: () => bootSession(foreign, libc),
  };
}

function leftOf(offset: Seconds, after: Seconds): Seconds {
  const size = Math.abs(offset);
  const fast = Math.max(0, size - 1) / FAST_SLEW_RATE;
  const left = after < fast ? size - after * FAST_SLEW_RATE : Math.min(size, 1) - (after - fast) * SLEW_RATE;
  return Math.sign(offset) * Math.max(0, left);
}

function bootSession(foreign: Foreign, libc: Library): string | undefined {
  const sysctlbyname = libc.func(
    'int sysctlbyname(const char *name, void *old, void *length, void *new, size_t newLength)',
  );
  const uuid = share(foreign, 40);
  const length = share(foreign, 8);
  length.longs[0] = BigInt(uuid.bytes.length);
  if (sysctlbyname('kern.bootsessionuuid', uuid.address, length.address, null, 0) !== 0) return undefined;
  return Buffer.from(uuid.bytes).toString('latin1').split('\0')[0];
}
