// Windows: implements Clock. SetSystemTime takes milliseconds, so a step waits until the new time is a whole
// millisecond. Windows does not slew, so a slew changes the clock's rate and restores it in any case; if this process
// is killed, the next run restores it.
// learn.microsoft.com: sysinfoapi.h, securitybaseapi.h. Positive = forward.

import { nanoseconds, type Seconds, type UnixTime, unixTimeOf } from '../../ntp/time.ts';
import { type Clock, ClockError, type Slew } from '../clock.ts';
import { type Foreign, firstOf, share, signed } from '../ffi.ts';
import { patience } from '../patience.ts';
import { measurePrecision } from '../precision.ts';
import { bootCount } from './boot-count.ts';
import { endKilledSlew, openRate, withoutSlew } from './clock-rate.ts';
import { holdSlew } from './held-slew.ts';
import { following, unbiasedClock } from './monotonic.ts';
import { systemtimePrivilege } from './privilege.ts';
import { failing } from './windows-error.ts';

/** FILETIME counts units of 100 ns since 1601-01-01. */
const FILETIME_UNIT = 100n;
const FILETIME_OF_1970 = 116_444_736_000_000_000n;
const MILLISECOND = 1_000_000n;

/** The wait is at most two milliseconds; a clock with coarse ticks may be late by one tick. In seconds. */
const LONGEST_WAIT: Seconds = 0.1;

/** 23 days of changed rate. */
const LONGEST_SLEW: Seconds = 1000;

/** Opens the clock. Throws the error of `foreign` if a function is missing. */
export function openWindows(foreign: Foreign): Clock {
  const kernel32 = foreign.load('kernel32.dll');
  const kernelbase = foreign.load('kernelbase.dll');
  const getTime = firstOf(
    () => kernel32.func('void __stdcall GetSystemTimePreciseAsFileTime(void *time)'),
    () => kernel32.func('void __stdcall GetSystemTimeAsFileTime(void *time)'),
  );
  const setTime = kernel32.func('int __stdcall SetSystemTime(void *time)');
  const fail = failing(kernel32);
  const allow = systemtimePrivilege(foreign, kernel32, fail);
  const rate = openRate(foreign, kernelbase, kernel32, fail);
  const raw = unbiasedClock(foreign, kernelbase);
  const { monotonic, follow } = following(raw);
  const filetime = share(foreign, 8);
  const systemtime = share(foreign, 16);
  let held: Slew | undefined;

  function now(): UnixTime {
    getTime(filetime.address);
    return unixTimeOf((filetime.longs[0]! - FILETIME_OF_1970) * FILETIME_UNIT);
  }

  return {
    name: 'windows',
    precision: measurePrecision(now),
    sets: true,
    now,
    monotonic,
    read: () => ({ time: now(), monotonic: monotonic() }),
    step(offset) {
      const attempt = `step the clock by ${signed(offset)}`;
      held?.release();
      allow(attempt);
      endKilledSlew(rate, attempt);
      const ns = nanoseconds(offset);
      // Two milliseconds ahead, because the next one may pass while SYSTEMTIME is filled in.
      const due = ((now() + ns) / MILLISECOND + 2n) * MILLISECOND;
      fillSystemTime(new Uint16Array(systemtime.bytes.buffer), new Date(Number(due / MILLISECOND)));
      const more = patience(LONGEST_WAIT);
      while (now() + ns < due && more());
      if (!setTime(systemtime.address)) fail(attempt);
    },
    slew(offset) {
      const attempt = `slew the clock by ${signed(offset)}`;
      if (!(Math.abs(offset) <= LONGEST_SLEW))
        throw new ClockError(
          'invalid',
          `cannot ${attempt}: at 500 ppm the limit is ${LONGEST_SLEW} s; step it instead`,
        );
      held?.release();
      allow(attempt);
      held = holdSlew(rate, offset, attempt, raw);
      return held;
    },
    // Windows keeps no such state outside its own time service.
    declareSynchronized() {},
    status() {
      const current = rate.get('read the rate of the clock');
      follow(current);
      const { adjustment, increment, disabled } = current;
      const frequency = disabled ? 0 : (Number(adjustment) / Number(increment) - 1) * 1e6;
      const slewRate = withoutSlew(current).speed;
      return { frequency, slewRate, ...(held && { slewRemaining: held.remaining() }) };
    },
    bootId: () => bootCount(foreign),
  };
}

/** SYSTEMTIME: year, month, weekday, day, hour, minute, second, and millisecond, 2 bytes each, in UTC. */
function fillSystemTime(words: Uint16Array, date: Date): void {
  words.set([
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDay(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    date.getUTCMilliseconds(),
  ]);
}
