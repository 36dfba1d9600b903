// Windows: Clock → SetSystemTime, which takes milliseconds, so that a step waits for the instant at which the
// new time is a whole one; and a rate that is held while a slew lasts and given back whatever happens, because
// Windows itself does not slew; by the next run where this one was killed.
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

/** FILETIME counts 100 ns from 1601-01-01. */
const FILETIME_UNIT = 100n;
const FILETIME_OF_1970 = 116_444_736_000_000_000n;
const MILLISECOND = 1_000_000n;

/** The instant to set is at most two milliseconds away; a clock of whole ticks may be late by one. */
const LONGEST_WAIT: Seconds = 0.1;

/** 23 days of holding the rate. */
const LONGEST_SLEW: Seconds = 1000;

/** Opens the clock; throws what `foreign` throws if a function is missing. */
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
      // The second millisecond from now: the first may pass while SYSTEMTIME is filled in.
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

/** SYSTEMTIME: year, month, weekday, day, hour, minute, second, millisecond, each 2 bytes, in UTC. */
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
