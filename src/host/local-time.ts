// An instant → local time as date(1) prints it. Uses the C library, which reads TZ as POSIX defines it (IST-5:30,
// EST5EDT,M3.2.0,M11.1.0, :Asia/Shanghai, a file); Node treats every zone it does not know as UTC. localtime_r(3),
// tzset(3).

import { type CFunction, type Foreign, type Library, share } from '../clock/ffi.ts';

/** Local time to the second; `month` is 0 to 11. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/**
 * The local time of an instant, where `zone` is the value of TZ. Never rejects: without the C library, returns Node's
 * own result.
 */
export async function localTime(
  at: Date,
  zone: string | undefined,
  importKoffi: () => Promise<Foreign> = () => import('koffi'),
  arch: string = process.arch,
): Promise<LocalTime> {
  if (process.platform === 'win32' || isNamed(zone)) return nodesTime(at);
  try {
    return byLibrary(await importKoffi(), at, arch) ?? nodesTime(at);
  } catch {
    return nodesTime(at);
  }
}

/**
 * An instant in local time to the second, RFC 3339 with the zone's offset: `2026-11-21T13:10:23+01:00`. Never rejects.
 */
export async function localInstant(at: Date, zone: string | undefined): Promise<string> {
  const { year, month, day, hour, minute, second } = await localTime(at, zone);
  const shown = Date.UTC(year, month, day, hour, minute, second);
  const east = Math.round((shown - at.getTime()) / 60_000);
  const two = (n: number) => String(n).padStart(2, '0');
  const offset = `${two(Math.floor(Math.abs(east) / 60))}:${two(Math.abs(east) % 60)}`;
  return `${new Date(shown).toISOString().slice(0, 19)}${east < 0 ? '-' : '+'}${offset}`;
}

/** Whether a zone is a name such as Asia/Shanghai, which Node knows even without zoneinfo, as in small containers. */
function isNamed(zone: string | undefined): boolean {
  if (zone === undefined || !/^[A-Za-z_]+\/[\w+/-]+$/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}

function nodesTime(at: Date): LocalTime {
  return {
    year: at.getFullYear(),
    month: at.getMonth(),
    day: at.getDate(),
    hour: at.getHours(),
    minute: at.getMinutes(),
    second: at.getSeconds(),
  };
}

function byLibrary(foreign: Foreign, at: Date, arch: string): LocalTime | undefined {
  const libc = foreign.load(null);
  const { call, last } = localtimeOf(libc, arch);
  const seconds = Math.floor(at.getTime() / 1000);
  if (seconds > last) return undefined;
  const time = share(foreign, 8);
  time.longs[0] = BigInt(seconds);
  // struct tm: at most 56 bytes, which start with the same six ints on all platforms.
  const tm = share(foreign, 64);
  libc.func('void tzset(void)')();
  if (!call(time.address, tm.address)) return undefined;
  const [second = 0, minute = 0, hour = 0, day = 0, month = 0, year = 0] = tm.ints;
  // tm_year counts from 1900.
  return { year: 1900 + year, month, day, hour, minute, second };
}

/** The last second of a 32-bit `time_t`. */
const LAST_OF_32_BITS = 2 ** 31 - 1;

/**
 * On a 32-bit machine, the plain function takes a 32-bit `time_t` (glibc; musl for old programs), the other one 64
 * bits. On the little-endian machines that Node supports, the lower half of the 64 bits is the same number.
 */
function localtimeOf(libc: Library, arch: string): { readonly call: CFunction; readonly last: number } {
  const declaration = (name: string) => `void *${name}(void *time, void *tm)`;
  if (arch !== 'arm' && arch !== 'ia32')
    return { call: libc.func(declaration('localtime_r')), last: Number.POSITIVE_INFINITY };
  try {
    return { call: libc.func(declaration('__localtime64_r')), last: Number.POSITIVE_INFINITY };
  } catch {
    return { call: libc.func(declaration('localtime_r')), last: LAST_OF_32_BITS };
  }
}
