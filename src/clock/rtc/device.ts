// The hardware clock of a Linux machine ⇄ UnixTime, in whole seconds: turn.ts and set-and-check.ts make more of them.
// rtc(4), drivers/rtc of the kernel, hwclock(8).

import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Seconds } from '../../ntp/time.ts';
import { type Clock, ClockError } from '../clock.ts';
import { type Foreign, share, systemError } from '../ffi.ts';
import type { HardwareClock, HardwareReading } from '../hardware-clock.ts';
import { setAndCheck } from './set-and-check.ts';
import { instantOf, keepsUtc, listRtcs, showsNow } from './sysfs.ts';
import { type Device, readAtTurn } from './turn.ts';

export interface DeviceOptions {
  /** A device other than the machine's first. */
  readonly path?: string;
  /** The directory that contains /dev, /etc, and /sys. */
  readonly root?: string;
  readonly platform?: string;
  readonly importKoffi?: () => Promise<Foreign>;
}

/**
 * Opens the hardware clock. Rejects with `ClockError`: `unsupported` if there is none, `busy` if another process has it
 * open.
 */
export async function openRtc(clock: Clock, options: DeviceOptions = {}): Promise<HardwareClock> {
  const { root = '/', platform = process.platform, importKoffi = () => import('koffi') } = options;
  if (platform === 'win32') throw notNeeded();
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
    read: () => readAtTurn(device, clock),
    write: offset => setAndCheck(device, clock, offset, secondsToTurn(root, path)),
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
  platform: string = process.platform,
): Promise<HardwareReading & { readonly path: string }> {
  if (platform === 'win32') throw notNeeded();
  const path = listRtcs(root)[0];
  if (path === undefined) throw new ClockError('unsupported', 'no hardware clock');
  const utc = keepsUtc(root);
  const get = () => showsNow(path, utc, root);
  return { ...(await readAtTurn({ path, get }, clock)), path };
}

function notNeeded(): ClockError {
  return new ClockError(
    'unsupported',
    'Windows keeps the hardware clock itself, and writes it whenever the clock is set: there is nothing to do',
  );
}

// _IOR('p', 0x09, struct rtc_time) and _IOW('p', 0x0a, struct rtc_time), 36 bytes; linux/rtc.h.
const RTC_RD_TIME = 0x80247009;
const RTC_SET_TIME = 0x4024700a;
const PERMISSION =
  'The hardware clock needs access to its device and, to be written, CAP_SYS_TIME. Run as root: sudo tsntp';

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
    path,
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
