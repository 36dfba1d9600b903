// Windows: implements Clock. SetSystemTime takes milliseconds, so a step waits until the new time is a whole
// millisecond. Windows does not slew, so a slew changes the clock's rate and restores it in any case; if this process
// is killed, the next run restores it. A rate that is set to last holds until the next boot.
// learn.microsoft.com: sysinfoapi.h, securitybaseapi.h. Positive = forward.

import type { KernelRate } from '../../ntp/drift/kernel-rate.ts';
import { nanoseconds, type Seconds, type UnixTime, unixTimeOf } from '../../ntp/time.ts';
import { type Clock, ClockError } from '../clock.ts';
import { type Foreign, firstOf, share, signed, signedRate } from '../ffi.ts';
import { patience } from '../patience.ts';
import { measurePrecision } from '../precision.ts';
import { readTogether } from '../read-together.ts';
import { bootCount } from './boot-count.ts';
import { openRate } from './clock-rate.ts';
import { type HeldSlew, holdSlew } from './held-slew.ts';
import { lastingRateOf, setLastingRate } from './lasting-rate.ts';
import { following, unbiasedClock } from './monotonic.ts';
import { performanceCounter } from './performance-counter.ts';
import { systemtimePrivilege } from './privilege.ts';
import { endKilledSlew, openSlewNote, withoutSlew } from './slew-note.ts';
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
  const note = openSlewNote(foreign);
  const oscillator = performanceCounter(foreign, kernel32);
  const raw = unbiasedClock(foreign, kernelbase);
  const { monotonic, follow } = following(raw);
  const filetime = share(foreign, 8);
  const systemtime = share(foreign, 16);
  let held: HeldSlew | undefined;

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
      endKilledSlew(rate, note, attempt);
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
      held = holdSlew(rate, note, offset, attempt, raw);
      return held;
    },
    readOscillator() {
      const { outer, inner, span } = readTogether(oscillator, now);
      return { time: unixTimeOf(inner), raw: outer + span / 2n, gap: Number(span) / 2e9 };
    },
    // The units of the old functions are 6 ppm.
    ...(rate.precise && {
      rate: () => lastingRateOf(withoutSlew(rate.get('read the rate of the clock'), note).base),
      setFrequency(to: KernelRate) {
        const attempt = `set the clock's rate to ${signedRate(to)}`;
        allow(attempt);
        setLastingRate(rate, note, to, held, attempt);
      },
    }),
    // Windows keeps no such state outside its own time service.
    declareSynchronized() {},
    status() {
      const current = rate.get('read the rate of the clock');
      follow(current);
      const { base, speed } = withoutSlew(current, note);
      const { frequency } = lastingRateOf(base).rate;
      return { frequency, slewRate: speed, ...(held && { slewRemaining: held.remaining() }) };
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
