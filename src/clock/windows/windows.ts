// Windows: Clock → SetSystemTime, which takes milliseconds, so that a step waits for the instant at which the
// new time is a whole one; and a rate that is held while a slew lasts and given back whatever happens, because
// Windows itself does not slew; by the next run where this one was killed.
// learn.microsoft.com: sysinfoapi.h, securitybaseapi.h. Positive = forward.

import {
  elapsed,
  type MonotonicTime,
  monotonicTimeOf,
  nanoseconds,
  type Seconds,
  type UnixTime,
  unixTimeOf,
} from '../../ntp/time.ts';
import { type Clock, ClockError, type ClockErrorKind, SLEW_RATE, type Slew } from '../clock.ts';
import { type Foreign, type Library, share, signed } from '../ffi.ts';
import { patience } from '../patience.ts';
import { measurePrecision } from '../precision.ts';

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
  const allow = privileges(foreign, kernel32, fail);
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
      endLeftover(rate, attempt);
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
      held = hold(rate, offset, attempt, raw);
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

function firstOf<T>(preferred: () => T, otherwise: () => T): T {
  try {
    return preferred();
  } catch {
    return otherwise();
  }
}

type Fail = (attempt: string, code?: number) => never;

/** Throws what GetLastError says; koffi keeps it from one call to the next. */
function failing(kernel32: Library): Fail {
  const getLastError = kernel32.func('uint32 __stdcall GetLastError()');
  const kinds: Readonly<Record<number, ClockErrorKind>> = {
    5: 'not-permitted', // ERROR_ACCESS_DENIED
    50: 'unsupported', // ERROR_NOT_SUPPORTED
    87: 'invalid', // ERROR_INVALID_PARAMETER
    120: 'unsupported', // ERROR_CALL_NOT_IMPLEMENTED
    170: 'busy', // ERROR_BUSY
    1300: 'not-permitted', // ERROR_NOT_ALL_ASSIGNED
    1314: 'not-permitted', // ERROR_PRIVILEGE_NOT_HELD
  };
  return (attempt, code = getLastError()) => {
    const kind = kinds[code] ?? 'failed';
    const advice =
      kind === 'not-permitted'
        ? '. Setting the clock needs the privilege "Change the system time": run as Administrator'
        : '';
    throw new ClockError(kind, `cannot ${attempt}: Windows error ${code}${advice}`);
  };
}

/** Switches on SeSystemtimePrivilege, which even an administrator's process has switched off. */
function privileges(foreign: Foreign, kernel32: Library, fail: Fail): (attempt: string) => void {
  const advapi32 = foreign.load('advapi32.dll');
  const getCurrentProcess = kernel32.func('intptr_t __stdcall GetCurrentProcess()');
  const closeHandle = kernel32.func('int __stdcall CloseHandle(intptr_t handle)');
  const getLastError = kernel32.func('uint32 __stdcall GetLastError()');
  const openToken = advapi32.func(
    'int __stdcall OpenProcessToken(intptr_t process, uint32 access, void *token)',
  );
  const lookUp = advapi32.func('int __stdcall LookupPrivilegeValueW(str16 system, str16 name, void *luid)');
  const adjust = advapi32.func(
    'int __stdcall AdjustTokenPrivileges(intptr_t token, int disableAll, void *state, uint32 size, void *old, void *oldSize)',
  );
  const TOKEN_ADJUST_PRIVILEGES = 0x20;
  const TOKEN_QUERY = 0x08;
  const SE_PRIVILEGE_ENABLED = 2;
  const ERROR_NOT_ALL_ASSIGNED = 1300;

  return attempt => {
    const token = share(foreign, 8);
    const luid = share(foreign, 8);
    // TOKEN_PRIVILEGES: a count, then for each a LUID of 8 bytes and its attributes.
    const state = share(foreign, 16);
    if (!lookUp(null, 'SeSystemtimePrivilege', luid.address)) fail(attempt);
    if (!openToken(getCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, token.address)) fail(attempt);
    state.ints.set([1, luid.ints[0]!, luid.ints[1]!, SE_PRIVILEGE_ENABLED]);
    const handle = token.longs[0]!;
    const adjusted = adjust(handle, 0, state.address, 0, null, null);
    // It answers yes even when it gave nothing.
    const code = getLastError();
    closeHandle(handle);
    if (!adjusted || code === ERROR_NOT_ALL_ASSIGNED) fail(attempt, code);
  };
}

interface Rate {
  /** Clock units added in each `increment` of real time; without effect while `disabled`. */
  readonly adjustment: bigint;
  readonly increment: bigint;
  readonly disabled: boolean;
}
interface RateControl {
  get(attempt: string): Rate;
  set(attempt: string, adjustment: bigint, disabled: boolean): void;
}

/**
 * The precise functions (Windows 10) count in the frequency of the performance counter, to 0.1 ppm; the old ones in 6 ppm.
 * The precise ones are in kernelbase.dll alone.
 */
function openRate(foreign: Foreign, kernelbase: Library, kernel32: Library, fail: Fail): RateControl {
  const getPrecise =
    'int __stdcall GetSystemTimeAdjustmentPrecise(void *adjustment, void *increment, void *disabled)';
  const setPrecise = 'int __stdcall SetSystemTimeAdjustmentPrecise(uint64 adjustment, int disabled)';
  const getOld = 'int __stdcall GetSystemTimeAdjustment(void *adjustment, void *increment, void *disabled)';
  const setOld = 'int __stdcall SetSystemTimeAdjustment(uint32 adjustment, int disabled)';
  const [getRate, setRate] = firstOf(
    () => [kernelbase.func(getPrecise), kernelbase.func(setPrecise)] as const,
    () => [kernel32.func(getOld), kernel32.func(setOld)] as const,
  );
  const adjustment = share(foreign, 8);
  const increment = share(foreign, 8);
  const disabled = share(foreign, 8);

  return {
    get(attempt) {
      if (!getRate(adjustment.address, increment.address, disabled.address)) fail(attempt);
      return {
        adjustment: adjustment.longs[0]!,
        increment: increment.longs[0]!,
        disabled: disabled.ints[0] !== 0,
      };
    },
    set(attempt, units, off) {
      if (!setRate(units, off ? 1 : 0)) fail(attempt);
    },
  };
}

/** What a slew adds to the rate, or takes from it. */
function slewUnits(increment: bigint): bigint {
  return BigInt(Math.max(1, Math.round(Number(increment) * SLEW_RATE)));
}

/**
 * The rate that a slew was put on top of, and how fast that slew moves the clock, in seconds per second; 0 where the rate
 * is no slew. A tsntp that was killed leaves its rate behind, and Windows keeps it until the machine boots again.
 */
function withoutSlew(rate: Rate): { readonly base: Rate; readonly speed: number } {
  const { adjustment, increment, disabled } = rate;
  const units = adjustment < increment ? -slewUnits(increment) : slewUnits(increment);
  const frequency = adjustment - increment - units;
  // Within 100 ppm: that far a clock may have been corrected before the slew.
  const slewed = !disabled && frequency * frequency * 25n <= units * units;
  if (!slewed) return { base: rate, speed: 0 };
  const base = { adjustment: increment + frequency, increment, disabled: frequency === 0n };
  return { base, speed: Number(units) / Number(increment) };
}

/** Takes back the rate that a killed tsntp has left. */
function endLeftover(rate: RateControl, attempt: string): void {
  const { base, speed } = withoutSlew(rate.get(attempt));
  if (speed !== 0) rate.set(attempt, base.adjustment, base.disabled);
}

/** Runs the clock fast or slow until `offset` is applied; a timer ends it even when `remaining` is never called. */
function hold(rate: RateControl, offset: Seconds, attempt: string, monotonic: () => MonotonicTime): Slew {
  const { base } = withoutSlew(rate.get(attempt));
  const found = base.disabled ? base.increment : base.adjustment;
  const units = Math.sign(offset) * Number(slewUnits(base.increment));
  const speed = units / Number(base.increment);
  rate.set(attempt, found + BigInt(units), false);
  // Also where an uncaught exception ends the process.
  process.once('exit', release);
  const started = monotonic();
  let left: Seconds | undefined;
  let timer: NodeJS.Timeout | undefined;

  function remaining(): Seconds {
    if (left !== undefined) return left;
    const rest = offset - speed * elapsed(monotonic(), started);
    return Math.sign(rest) === Math.sign(offset) ? rest : 0;
  }
  function release(): void {
    if (left !== undefined) return;
    const rest = remaining();
    clearTimeout(timer);
    process.off('exit', release);
    rate.set('give the clock its rate back', base.adjustment, base.disabled);
    left = rest;
  }
  function settle(): void {
    const rest = remaining();
    if (rest === 0) release();
    // In pieces: setTimeout ends at 24 days, and counts the time asleep, in which no slew goes on.
    else timer = setTimeout(settle, Math.min(Math.ceil((rest / speed) * 1000), 60_000));
  }
  settle();
  return { unattended: false, remaining, release };
}

/** The clock that stands still in sleep, so that one is noticed against the wall clock; else Node's, which does not. */
function unbiasedClock(foreign: Foreign, kernelbase: Library): () => MonotonicTime {
  const memory = share(foreign, 8);
  return firstOf(
    () => {
      const query = kernelbase.func('void __stdcall QueryUnbiasedInterruptTimePrecise(void *time)');
      return () => {
        query(memory.address);
        return monotonicTimeOf(memory.longs[0]! * FILETIME_UNIT);
      };
    },
    () => () => monotonicTimeOf(process.hrtime.bigint()),
  );
}

/**
 * `raw`, which no rate reaches, made as fast as the wall clock, so that a slew is not taken for steps. It follows the
 * rate as it was when it was last looked at: by `status`, with which every measurement begins.
 */
function following(raw: () => MonotonicTime): {
  readonly monotonic: () => MonotonicTime;
  readonly follow: (rate: Rate) => void;
} {
  let from = { raw: 0n, monotonic: 0n };
  let ratio = { adjustment: 1n, increment: 1n };
  const scaled = (now: bigint) =>
    monotonicTimeOf(from.monotonic + ((now - from.raw) * ratio.adjustment) / ratio.increment);
  return {
    monotonic: () => scaled(raw()),
    follow({ adjustment, increment, disabled }) {
      const now = raw();
      from = { raw: now, monotonic: scaled(now) };
      ratio = disabled ? { adjustment: 1n, increment: 1n } : { adjustment, increment };
    },
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

/** The loader counts the boots of this installation and leaves the count in the registry. */
function bootCount(foreign: Foreign): string | undefined {
  const HKEY_LOCAL_MACHINE = 0x80000002;
  const RRF_RT_REG_DWORD = 0x10;
  const key = 'SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Memory Management\\PrefetchParameters';
  const getValue = foreign
    .load('advapi32.dll')
    .func(
      'int32 __stdcall RegGetValueW(intptr_t key, str16 path, str16 name, uint32 flags, void *type, void *data, void *size)',
    );
  const data = share(foreign, 8);
  const size = share(foreign, 8);
  size.ints[0] = 4;
  const failed = getValue(
    HKEY_LOCAL_MACHINE,
    key,
    'BootId',
    RRF_RT_REG_DWORD,
    null,
    data.address,
    size.address,
  );
  return failed ? undefined : String(data.ints[0]);
}
