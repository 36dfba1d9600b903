// Reads the hardware clocks through /sys and /etc/adjtime, which needs no privilege: which exist, their time, and
// whether it is UTC or local time. rtc(4), hwclock(8), Documentation/ABI/testing/sysfs-class-rtc of the kernel.
// Sign: positive = the hardware clock is ahead of the system's.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { difference, type Seconds, type UnixTime, unixTimeOf } from '../../ntp/time.ts';
import { type Clock, ClockError } from '../clock.ts';

const SECOND = 1_000_000_000n;

/** The hardware clocks of this machine, first one first. */
export function listRtcs(root = '/'): readonly string[] {
  try {
    return readdirSync(join(root, 'sys/class/rtc'))
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .map(name => `/dev/${name}`);
  } catch {
    return [];
  }
}

/**
 * Whether the hardware clock keeps UTC: LOCAL or UTC in the third line of /etc/adjtime, UTC without it, as in hwclock.
 * Throws `ClockError` if the file exists but cannot be read, because a guess could be off by hours.
 */
export function keepsUtc(root: string): boolean {
  try {
    return readFileSync(join(root, 'etc/adjtime'), 'utf8').split('\n')[2]?.trim() !== 'LOCAL';
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return true;
    throw new ClockError(
      'failed',
      `cannot tell whether the hardware clock keeps UTC or local time: ${message}`,
    );
  }
}

/** Converts the fields of a clock to an instant: year, month from 0, day, hour, minute, second. */
export function instantOf(
  fields: readonly [number, number, number, number, number, number],
  utc: boolean,
): UnixTime {
  const milliseconds = utc ? Date.UTC(...fields) : new Date(...fields).getTime();
  return unixTimeOf(BigInt(milliseconds) * 1_000_000n);
}

/** The time on the hardware clock `path`, in whole seconds. Throws if it cannot be read or holds no valid time. */
export function showsNow(path: string, utc: boolean, root = '/'): UnixTime {
  const file = join(root, 'sys/class/rtc', path.replace('/dev/', ''), 'since_epoch');
  // The kernel always interprets the fields as UTC.
  const shown = new Date(Number.parseInt(readFileSync(file, 'utf8'), 10) * 1000);
  const day = [shown.getUTCFullYear(), shown.getUTCMonth(), shown.getUTCDate()] as const;
  return instantOf([...day, shown.getUTCHours(), shown.getUTCMinutes(), shown.getUTCSeconds()], utc);
}

/** How far the first hardware clock is ahead of the system's in seconds, to half a second; undefined if unknown. */
export function hardwareAhead(clock: Pick<Clock, 'now'>, root = '/'): Seconds | undefined {
  const path = listRtcs(root)[0];
  if (path === undefined) return undefined;
  try {
    return difference(unixTimeOf(showsNow(path, keepsUtc(root), root) + SECOND / 2n), clock.now());
  } catch {
    return undefined;
  }
}
