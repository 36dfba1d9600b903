// This machine → its system log: the systemd journal, else syslog(3), or the event log of Windows. Entries that contain
// texts from the network cannot forge others, because control characters are escaped here, as they are on the screen.

import type { Foreign } from '../../clock/ffi.ts';
import type { LogEntry, LogWriter, SystemLog } from '../../pipeline/system-log.ts';
import { escaped } from '../../sources/server.ts';
import { openEventLog } from './event-log.ts';
import { openJournal } from './journal.ts';
import { openSyslog, SYSLOG_SOCKET } from './syslog.ts';

/** Opens the system log of a platform. Rejects with the reason if there is none. */
export async function openLog(
  writer: LogWriter,
  platform: string = process.platform,
  importKoffi: () => Promise<Foreign> = () => import('koffi'),
): Promise<SystemLog> {
  const foreign = await importKoffi().catch(cause => {
    throw new Error('koffi does not load', { cause });
  });
  return printable(opened(foreign, writer, platform));
}

function opened(foreign: Foreign, writer: LogWriter, platform: string): SystemLog {
  if (platform === 'win32') return openEventLog(foreign, writer);
  if (platform !== 'linux') return openSyslog(foreign, writer, undefined);
  try {
    return openJournal(foreign, writer);
  } catch (noJournal) {
    try {
      return openSyslog(foreign, writer, SYSLOG_SOCKET);
    } catch (noSyslog) {
      const reasons = [`the systemd journal (${messageOf(noJournal)})`, `syslogd (${messageOf(noSyslog)})`];
      throw new Error(`neither ${reasons.join(' nor ')} can be reached`);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A log whose texts are made printable. */
function printable({ write, close }: SystemLog): SystemLog {
  return {
    write: entry => write(printableEntry(entry)),
    close,
  };
}

function printableEntry(entry: LogEntry): LogEntry {
  const fields = Object.entries(entry.fields ?? {}).map(([name, value]) => [name, escaped(value)]);
  return { ...entry, message: escaped(entry.message), fields: Object.fromEntries(fields) };
}
