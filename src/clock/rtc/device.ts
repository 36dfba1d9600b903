// The hardware clock of a Linux machine ⇄ UnixTime. It holds whole seconds, so both directions rely on the instant at
// which its second changes: reading waits for that instant, and writing makes it coincide with the true one. rtc(4),
// drivers/rtc of the kernel, hwclock(8). Sign: positive = the hardware clock is behind.

import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { add, difference, elapsed, type Seconds, type UnixTime, unixTimeOf } from '../../ntp/time.ts';
import { type Clock, ClockError } from '../clock.ts';
import { type Foreign, share, systemError } from '../ffi.ts';
import type { HardwareClock, HardwareReading } from '../hardware-clock.ts';
import { patience } from '../patience.ts';
import { instantOf, keepsUtc, listRtcs, showsNow } from './sysfs.ts';

export interface DeviceOptions {
  /** A device other than the machine's first. */
  readonly path?: string;
  /** The directory that contains /dev, /etc, and /sys. */
  readonly root?: string;
  readonly importKoffi?: () => Promise<Foreign>;
}

/**
 * Opens the hardware clock. Rejects with `ClockError`: `unsupported` if there is none, `busy` if another process has it
 * open.
 */
export async function openRtc(clock: Clock, options: DeviceOptions = {}): Promise<HardwareClock> {
  const { root = '/', importKoffi = () => import('koffi') } = options;
  const foreign = await importKoffi().catch(cause => {
    throw new ClockError('unsupported', `the hardware clock cannot be used without koffi: ${cause}`);
  });
  const utc = keepsUtc(root);
  const { fd, path } = openDevice(root, options.path);
  const device = deviceOf(foreign, fd, path, utc);
  let open = true;
  return {
    path,
    others: listRtcs(root).filter(other => other !== path),
    utc,
    sets: true,
    read: () => readAtTurn(device, clock, path),
    write: offset => writeAtTurn(device, clock, offset, secondsToTurn(root, path)),
    close() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

/** Reads the first hardware clock through /sys, which needs no privilege. Rejects with `ClockError`. */
export async function peekRtc(
  clock: Clock,
  root = '/',
): Promise<HardwareReading & { readonly path: string }> {
  const path = listRtcs(root)[0];
  if (path === undefined) throw new ClockError('unsupported', 'no hardware clock');
  const utc = keepsUtc(root);
  const get = () => showsNow(path, utc, root);
  return { ...(await readAtTurn({ get }, clock, path)), path };
}

// _IOR('p', 0x09, struct rtc_time) and _IOW('p', 0x0a, struct rtc_time), 36 bytes; linux/rtc.h.
const RTC_RD_TIME = 0x80247009;
const RTC_SET_TIME = 0x4024700a;
const PERMISSION =
  'The hardware clock needs access to its device and, to be written, CAP_SYS_TIME. Run as root: sudo tsntp';

const SECOND = 1_000_000_000n;
/** How late a write may start, in seconds, before it waits for the next second instead. */
const LATE: Seconds = 0.001;
/** How late it may end, in seconds, unless it always does: a busy machine delays some writes, a slow bus delays all. */
const LATE_END: Seconds = 0.005;
const WRITES = 3;
/** The number of seconds to try before giving up on a busy machine. */
const ATTEMPTS = 10;
/** Timers are inexact; the remaining time in seconds is spent polling the clock. */
const BEFOREHAND: Seconds = 0.02;
/** A clock whose second has not changed within this many seconds stands still. */
const STANDSTILL: Seconds = 2;

interface Device {
  get(): UnixTime;
  /** Prepares to set it; calling the result sets it. */
  setting(time: UnixTime): () => void;
}

/** The first existing device of hwclock's own list, so that both programs use the same clock. */
function openDevice(
  root: string,
  wanted: string | undefined,
): { readonly fd: number; readonly path: string } {
  const paths = wanted === undefined ? ['/dev/rtc0', '/dev/rtc', '/dev/misc/rtc'] : [wanted];
  for (const path of paths) {
    try {
      return { fd: openSync(join(root, path), 'r'), path };
    } catch (cause) {
      const { code, errno = 0 } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENODEV' || code === 'ENXIO') continue;
      const error = systemError(`open the hardware clock ${path}`, -errno, PERMISSION);
      throw error.kind === 'busy'
        ? new ClockError('busy', `${error.message}: another process has it open; try again`)
        : error;
    }
  }
  const others = listRtcs(root);
  const hint = others.length > 0 ? `; there are ${others.join(', ')}` : '';
  throw new ClockError(
    'unsupported',
    `no hardware clock: ${paths.join(', ')} ${paths.length > 1 ? 'are' : 'is'} not there${hint}`,
  );
}

/**
 * A PC's CMOS clock changes its second half a second after a write; other clocks start a second at the write (hwclock
 * --delay).
 */
function secondsToTurn(root: string, path: string): Seconds {
  const name = path === '/dev/rtc0' || !/rtc\d+$/.test(path) ? 'rtc0' : path.replace('/dev/', '');
  try {
    return readFileSync(join(root, 'sys/class/rtc', name, 'name'), 'utf8').startsWith('rtc_cmos') ? 0.5 : 0;
  } catch {
    return 0.5;
  }
}

/**
 * struct rtc_time is the first nine members of struct tm: second, minute, hour, day, month from 0, year from 1900,
 * weekday.
 */
function deviceOf(foreign: Foreign, fd: number, path: string, utc: boolean): Device {
  const ioctl = foreign.load(null).func('int ioctl(int fd, unsigned long request, void *argument)');
  const tm = share(foreign, 40);
  function request(code: number, attempt: string, whenInvalid: string): void {
    if (ioctl(fd, code, tm.address) === 0) return;
    const error = systemError(`${attempt} the hardware clock ${path}`, foreign.errno(), PERMISSION);
    throw error.kind === 'invalid'
      ? new ClockError('unsupported', `${error.message}: ${whenInvalid}`)
      : error;
  }
  return {
    get() {
      tm.bytes.fill(0);
      request(RTC_RD_TIME, 'read', 'it holds no valid time; write it first');
      const [second, minute, hour, day, month, year] = tm.ints as unknown as readonly number[];
      return instantOf([year! + 1900, month!, day!, hour!, minute!, second!], utc);
    },
    setting(time) {
      const date = new Date(Number(time / 1_000_000n));
      tm.bytes.fill(0);
      tm.ints.set(utc ? utcFields(date) : localFields(date));
      return () => request(RTC_SET_TIME, 'write', 'it cannot be set to this time, or not at all');
    },
  };
}

function utcFields(d: Date): readonly number[] {
  const day = [d.getUTCDate(), d.getUTCMonth(), d.getUTCFullYear() - 1900, d.getUTCDay()];
  return [d.getUTCSeconds(), d.getUTCMinutes(), d.getUTCHours(), ...day];
}

function localFields(d: Date): readonly number[] {
  const day = [d.getDate(), d.getMonth(), d.getFullYear() - 1900, d.getDay()];
  return [d.getSeconds(), d.getMinutes(), d.getHours(), ...day];
}

async function readAtTurn(device: Pick<Device, 'get'>, clock: Clock, path: string): Promise<HardwareReading> {
  const started = clock.monotonic();
  const more = patience(STANDSTILL);
  const first = device.get();
  for (;;) {
    const time = device.get();
    const at = clock.read();
    if (time !== first) return { time, at };
    if (elapsed(at.monotonic, started) > STANDSTILL || !more())
      throw new ClockError(
        'failed',
        `the hardware clock ${path} stands still: no new second in ${STANDSTILL} s`,
      );
    await setImmediate();
  }
}

/**
 * Writes second N at N + `toTurn`: a clock that changes its second that long after a write then shows N + 1 at N + 1.
 */
async function writeAtTurn(device: Device, clock: Clock, offset: Seconds, toTurn: Seconds): Promise<void> {
  for (let attempt = 1, writes = 0; attempt <= ATTEMPTS; attempt++) {
    const { time, monotonic } = clock.read();
    const second = unixTimeOf((add(time, offset + BEFOREHAND - toTurn) / SECOND + 1n) * SECOND);
    const due = add(second, toTurn - offset);
    const wait = difference(due, time);
    await setTimeout(Math.max(0, (wait - BEFOREHAND) * 1000));
    const set = device.setting(second);
    // The clock may have been set back in the meantime, or stand still.
    const more = patience(2 * BEFOREHAND);
    while (clock.now() < due && elapsed(clock.monotonic(), monotonic) <= wait + LATE && more());
    if (Math.abs(difference(clock.now(), due)) > LATE) continue;
    set();
    writes += 1;
    if (writes === WRITES || difference(clock.now(), due) <= LATE_END) return;
  }
  throw new ClockError(
    'failed',
    `the hardware clock was not written at the right moment in ${ATTEMPTS} attempts: this machine is too busy, or its clock is being moved; try again`,
  );
}
