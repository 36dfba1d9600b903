// Reads and sets the guest's kernel clock without tsntp, to prepare and check cases. Every function refuses to run
// outside a guest: the host's clock is never touched.

import { closeSync, openSync, readFileSync } from 'node:fs';
import koffi from 'koffi';
import { realtime } from '../clock.js';

/** A word on the kernel command line of guests. */
export const GUEST_TOKEN = 'tsntp_bench_guest';

/** A day after 1970, in nanoseconds: the kernel accepts no time before its own boot. */
export const IN_1970 = 86_400_000_000_000n;

export const STA_PLL = 0x1;
export const STA_FLL = 0x8;
export const STA_INS = 0x10;
export const STA_UNSYNC = 0x40;
export const STA_FREQHOLD = 0x80;
/** The kernel's offsets are in nanoseconds, not microseconds. */
export const STA_NANO = 0x2000;

const libc = koffi.load(null);
const adjtimexCall = libc.func('int adjtimex(void *timex)');
const clockSettime = libc.func('int clock_settime(int clock, void *time)');
const ioctl = libc.func('int ioctl(int fd, ulong request, void *value)');

/** Members of struct timex on 64-bit Linux: offset in the struct, and the bit of `modes` that sets it (adjtimex(2)). */
const MEMBERS = {
  offset: [8, 0x1],
  frequency: [16, 0x2],
  maxError: [24, 0x4],
  estimatedError: [32, 0x8],
  status: [40, 0x10],
  timeConstant: [48, 0x20],
  tick: [88, 0x4000],
};
const ADJ_OFFSET_SINGLESHOT = 0x8001;
const ADJ_OFFSET_SS_READ = 0xa001;
const RTC_RD_TIME = 0x80247009;
const RTC_SET_TIME = 0x4024700a;

/** Throws outside a guest. */
export function assertGuest() {
  if (readFileSync('/proc/cmdline', 'utf8').includes(`${GUEST_TOKEN}=yes`)) return;
  throw new Error('not in a guest of the bench: refusing to touch a clock');
}

/**
 * The kernel's state of its clock: errors and the remainders of the slew and the loop in seconds, frequency in ppm,
 * the tick in µs, status as bits.
 */
export function kernelClock() {
  const now = adjtimex(0);
  return {
    status: now.readInt32LE(MEMBERS.status[0]),
    synchronized: (now.readInt32LE(MEMBERS.status[0]) & STA_UNSYNC) === 0,
    maxError: Number(now.readBigInt64LE(MEMBERS.maxError[0])) / 1e6,
    estimatedError: Number(now.readBigInt64LE(MEMBERS.estimatedError[0])) / 1e6,
    frequency: Number(now.readBigInt64LE(MEMBERS.frequency[0])) / 65536,
    tick: Number(now.readBigInt64LE(MEMBERS.tick[0])),
    loopLeft:
      Number(now.readBigInt64LE(MEMBERS.offset[0])) /
      (now.readInt32LE(MEMBERS.status[0]) & STA_NANO ? 1e9 : 1e6),
    slewLeft: Number(adjtimex(ADJ_OFFSET_SS_READ).readBigInt64LE(MEMBERS.offset[0])) / 1e6,
  };
}

/** Sets members of the kernel's state: errors and the loop's offset and the tick in µs, frequency in 2^-16 ppm, status as bits. */
export function setKernelClock(members) {
  adjtimex(
    Object.keys(members).reduce((modes, name) => modes | MEMBERS[name][1], 0),
    members,
  );
}

/** Starts a slew like adjtime(3). */
export function startSlew(seconds) {
  adjtimex(ADJ_OFFSET_SINGLESHOT, { offset: Math.round(seconds * 1e6) });
}

/** Sets CLOCK_REALTIME, in nanoseconds since 1970. */
export function setTime(nanoseconds) {
  assertGuest();
  const result = clockSettime(
    0,
    BigInt64Array.of(nanoseconds / 1_000_000_000n, nanoseconds % 1_000_000_000n),
  );
  if (result !== 0) throw new Error('clock_settime failed');
}

/**
 * Waits for the hardware clock's next second: { hardware: its new time interpreted as UTC, system }, in nanoseconds, and
 * how long it was not looked at before, in seconds.
 */
export function hardwareTurn(device = '/dev/rtc0') {
  const fd = openSync(device, 'r');
  try {
    const first = hardwareSeconds(fd);
    for (let before = realtime(); ; ) {
      const system = realtime();
      const hardware = hardwareSeconds(fd);
      if (hardware !== first)
        return { hardware: BigInt(hardware) * 1_000_000_000n, system, gap: Number(system - before) / 1e9 };
      before = system;
    }
  } finally {
    closeSync(fd);
  }
}

/** Writes whole seconds since 1970 to the hardware clock. */
export function setHardwareClock(seconds, device = '/dev/rtc0') {
  assertGuest();
  const date = new Date(seconds * 1000);
  const [year, month] = [date.getUTCFullYear() - 1900, date.getUTCMonth()];
  const [hour, minute, second] = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  const fd = openSync(device, 'r');
  try {
    const time = Int32Array.of(second, minute, hour, date.getUTCDate(), month, year, 0, 0, 0);
    if (ioctl(fd, RTC_SET_TIME, time) !== 0) throw new Error('RTC_SET_TIME failed');
  } finally {
    closeSync(fd);
  }
}

function hardwareSeconds(fd) {
  const time = new Int32Array(9);
  if (ioctl(fd, RTC_RD_TIME, time) !== 0) throw new Error('RTC_RD_TIME failed');
  const [second, minute, hour, day, month, year] = time;
  return Date.UTC(1900 + year, month, day, hour, minute, second) / 1000;
}

function adjtimex(modes, members = {}) {
  assertGuest();
  const timex = Buffer.alloc(208);
  timex.writeUInt32LE(modes, 0);
  for (const [name, value] of Object.entries(members)) {
    if (name === 'status') timex.writeInt32LE(value, MEMBERS[name][0]);
    else timex.writeBigInt64LE(BigInt(value), MEMBERS[name][0]);
  }
  if (adjtimexCall(timex) < 0) throw new Error(`adjtimex failed, modes ${modes}`);
  return timex;
}
