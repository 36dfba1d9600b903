// Linux: implements Clock with clock_gettime and clock_adjtime. A step is relative (ADJ_SETOFFSET), so that the
// time between reading and setting the clock is not lost. A slew works like adjtime(3) (ADJ_OFFSET_SINGLESHOT): the kernel
// continues at 500 ppm without this process. adjtimex(2), linux/timex.h; RFC 5905 §11.3. Positive = forward.

import { readFileSync } from 'node:fs';
import { rateOf } from '../ntp/drift/kernel-rate.ts';
import {
  type MonotonicTime,
  monotonicTimeOf,
  nanoseconds,
  type Seconds,
  type UnixTime,
  unixTimeOf,
} from '../ntp/time.ts';
import { type Clock, ClockError, type ClockStatus, SLEW_RATE } from './clock.ts';
import { type CFunction, type Foreign, share, signed, split, systemError } from './ffi.ts';
import { endLeftover } from './leftover.ts';
import { rateStateOf, setRate } from './linux-rate.ts';
import { linuxPermission } from './permission.ts';
import { measurePrecision } from './precision.ts';
import { readTogether } from './read-together.ts';
import {
  MICRO,
  NANO,
  STA_NANO,
  statusOf,
  statusUnlessForbidden,
  synchronizedRequest,
  timexCaller,
} from './timex.ts';

const CLOCK_REALTIME = 0;
/**
 * CLOCK_MONOTONIC, because steps and suspends are detected by the difference wall − monotonic. It follows a slew like
 * CLOCK_REALTIME, so that a slew is not mistaken for a step (CLOCK_MONOTONIC_RAW does not follow). It stands still
 * during a suspend, which is thus noticed (CLOCK_BOOTTIME continues).
 */
const CLOCK_MONOTONIC = 1;
/** The oscillator itself: nothing steers it. */
const CLOCK_MONOTONIC_RAW = 4;

const ADJ_SETOFFSET = 0x0100;
const ADJ_OFFSET_SINGLESHOT = 0x8001;
const ADJ_OFFSET_SS_READ = 0xa001;

const NANOSECONDS = 1_000_000_000n;
/** glibc's limit for adjtime where `long` has 32 bits: INT_MAX µs less 2 s. Slewing that far takes 50 days. */
const LONGEST_SLEW: Seconds = 2145;

/**
 * Opens the clock. Throws the error of `foreign` if a function is missing, and `ClockError` if the kernel is too old.
 */
export function openLinux(
  foreign: Foreign,
  arch: string = process.arch,
  user: number | undefined = process.geteuid?.(),
): Clock {
  const permission = linuxPermission(user);
  const { gettime, adjtime } = systemCalls(foreign, arch);
  const time = share(foreign, 16);
  const adjust = timexCaller(foreign, (address, attempt) => {
    // The return value is the leap state, TIME_OK … TIME_ERROR; only −1 is a failure.
    if (adjtime(CLOCK_REALTIME, address) < 0) throw systemError(attempt, foreign.errno(), permission);
  });

  function reading(clock: number): bigint {
    if (gettime(clock, time.address) !== 0)
      throw systemError('read the clock', foreign.errno(), 'The sandbox forbids clock_gettime');
    return time.longs[0]! * NANOSECONDS + time.longs[1]!;
  }
  const now = (): UnixTime => unixTimeOf(reading(CLOCK_REALTIME));
  const monotonic = (): MonotonicTime => monotonicTimeOf(reading(CLOCK_MONOTONIC));
  // The kernel takes one second's share at a time: when it reports 0, up to 500 µs are still being applied.
  const remaining = (): Seconds =>
    Number(adjust('read what is left of a slew', { modes: ADJ_OFFSET_SS_READ }).offset) / 1e6;

  return {
    name: 'linux',
    precision: measurePrecision(now),
    sets: true,
    now,
    monotonic,
    read() {
      const { outer, inner, span } = readTogether(monotonic, now);
      // At the last reading, so that a datagram sent next is timestamped as close to its departure as possible.
      return { time: unixTimeOf(inner + span / 2n), monotonic: monotonicTimeOf(outer + span) };
    },
    readOscillator() {
      const { outer, inner, span } = readTogether(() => reading(CLOCK_MONOTONIC_RAW), now);
      return { time: unixTimeOf(inner), raw: outer + span / 2n, gap: Number(span) / 2e9 };
    },
    rate: () => rateStateOf(adjust('read the rate of the clock', { modes: 0 })),
    setFrequency: rate => setRate(adjust, rate),
    step(offset) {
      const { whole, rest } = split(nanoseconds(offset), NANOSECONDS);
      const { status } = adjust('read the state of the clock', { modes: 0 });
      // One call: the kernel's ntp_clear() also ends a slew in progress, and a refused step leaves the slew alone.
      adjust(`step the clock by ${signed(offset)}`, {
        modes: ADJ_SETOFFSET | NANO,
        seconds: whole,
        fraction: rest,
      });
      // NANO changes the unit for every program that queries the kernel afterwards.
      if ((status & STA_NANO) === 0) adjust('restore microsecond mode', { modes: MICRO });
    },
    slew(offset) {
      if (!(Math.abs(offset) <= LONGEST_SLEW))
        throw new ClockError(
          'invalid',
          `cannot slew the clock by ${signed(offset)}: at 500 ppm the limit is ${LONGEST_SLEW} s; step it instead`,
        );
      const attempt = `slew the clock by ${signed(offset)}`;
      endLeftover(adjust, attempt);
      adjust(attempt, {
        modes: ADJ_OFFSET_SINGLESHOT,
        offset: BigInt(Math.round(offset * 1e6)),
      });
      return { unattended: true, remaining, release() {} };
    },
    declareSynchronized(quality) {
      const current = adjust('read the state of the clock', { modes: 0 });
      adjust('mark the clock as synchronized', synchronizedRequest(current, quality));
    },
    status: () => statusUnlessForbidden(status),
    bootId,
  };

  function status(): ClockStatus {
    const timex = adjust('read the state of the clock', { modes: 0 });
    const slewRemaining = remaining();
    const slewRate = Math.sign(slewRemaining) * SLEW_RATE;
    const phaseRemaining = Number(timex.offset) / ((timex.status & STA_NANO) === 0 ? 1e6 : 1e9);
    return {
      ...statusOf(timex),
      frequency: rateOf(rateStateOf(timex).rate),
      slewRemaining,
      ...(phaseRemaining !== 0 && { phaseRemaining }),
      slewRate,
    };
  }
}

/**
 * On a 32-bit machine, the C library's functions end in 2038, and glibc and musl name their replacements differently.
 * The system calls with 64-bit times (Linux 5.1) and their structs are the same everywhere.
 */
function systemCalls(
  foreign: Foreign,
  arch: string,
): { readonly gettime: CFunction; readonly adjtime: CFunction } {
  const libc = foreign.load(null);
  if (arch !== 'arm' && arch !== 'ia32')
    return {
      gettime: libc.func('int clock_gettime(int clock, void *time)'),
      adjtime: libc.func('int clock_adjtime(int clock, void *timex)'),
    };
  const clockGettime64 = 403;
  const clockAdjtime64 = 405;
  const syscall = libc.func('long syscall(long number, int clock, void *memory)');
  return {
    gettime: (clock, address) => syscall(clockGettime64, clock, address),
    adjtime: (clock, address) => syscall(clockAdjtime64, clock, address),
  };
}

function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}
