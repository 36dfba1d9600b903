// The C library's syslog(3) → a log of messages, for syslogd on Linux and other Unix systems, and for the unified log of
// macOS. syslog(3) reports no failure, so on Linux the socket is tried first.

import { type Foreign, firstOf, type Library } from '../../clock/ffi.ts';
import type { LogWriter, SystemLog } from '../../pipeline/system-log.ts';
import { FACILITY, PRIORITIES } from './journal-datagram.ts';
import { connectDatagrams, type UnixDatagrams } from './unix-datagram.ts';

/** Where syslogd reads messages on Linux. */
export const SYSLOG_SOCKET = '/dev/log';

const LOG_PID = 0x01;
const LOG_NDELAY = 0x08;

/**
 * Opens the log of syslog(3). `socket` is where syslogd must be reading; undefined on systems other than Linux. Throws an
 * error with the `code` of errno(3) if no syslogd reads it.
 */
export function openSyslog(foreign: Foreign, { program }: LogWriter, socket: string | undefined): SystemLog {
  const libc = foreign.load(null);
  const probe = socket === undefined ? undefined : probeOf(foreign, libc, socket);
  const openlog = libc.func('void openlog(void *program, int option, int facility)');
  const syslog = libc.func('void syslog(int priority, const char *format, ...)');
  const closelog = libc.func('void closelog(void)');
  const name = new ArrayBuffer(Buffer.byteLength(program) + 1);
  Buffer.from(name).write(program);
  return {
    write({ severity, message }) {
      // syslog(3) would wait for a stuck syslogd forever.
      probe?.awaitRoom();
      // Each time, because the C library keeps only the address of the name.
      openlog(foreign.address(name), LOG_PID | LOG_NDELAY, FACILITY << 3);
      // Never the message itself as the format.
      syslog(PRIORITIES[severity], '%s', 'str', message);
    },
    close() {
      closelog();
      probe?.close();
    },
  };
}

/** A connection to syslogd; undefined if it reads a stream, which only glibc's syslog(3) also supports. */
function probeOf(foreign: Foreign, libc: Library, socket: string): UnixDatagrams | undefined {
  try {
    return connectDatagrams(foreign, socket);
  } catch (error) {
    const isStream = (error as NodeJS.ErrnoException).code === 'EPROTOTYPE';
    if (isStream && isGlibc(libc)) return undefined;
    throw error;
  }
}

function isGlibc(libc: Library): boolean {
  return firstOf(
    () => libc.func('const char *gnu_get_libc_version(void)') !== undefined,
    () => false,
  );
}
