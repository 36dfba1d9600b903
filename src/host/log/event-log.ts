// The event log of Windows → a log under "Application". The text is the first string of an event; docs/windows.md
// registers a message file that shows it. learn.microsoft.com: RegisterEventSourceW, ReportEventW.

import type { Foreign } from '../../clock/ffi.ts';
import type { LogEntry, LogSeverity, LogWriter, SystemLog } from '../../pipeline/system-log.ts';

/** EVENTLOG_ERROR_TYPE, EVENTLOG_WARNING_TYPE, EVENTLOG_INFORMATION_TYPE. */
const TYPES: Readonly<Record<LogSeverity, number>> = { error: 1, warning: 2, notice: 4, info: 4 };

/** Event identifiers, of which EventCreate.exe has texts for 1 to 1000. */
const EVENT_IDS = { error: 1, warning: 2, notice: 3, info: 4, 'clock-stepped': 10, 'first-synchronized': 11 };

/** Windows allows 31,839 characters. */
const LONGEST = 8000;

/** Opens the event log. Throws if it cannot be opened. */
export function openEventLog(foreign: Foreign, { program }: LogWriter): SystemLog {
  const advapi32 = foreign.load('advapi32.dll');
  const register = advapi32.func(
    'void * __stdcall RegisterEventSourceW(const char16_t *server, const char16_t *source)',
  );
  const report = advapi32.func(
    'int __stdcall ReportEventW(void *log, uint16_t type, uint16_t category, uint32_t id, void *user, uint16_t count, uint32_t size, const char16_t **texts, void *data)',
  );
  const deregister = advapi32.func('int __stdcall DeregisterEventSource(void *log)');
  const lastError = foreign.load('kernel32.dll').func('uint32_t __stdcall GetLastError()');
  const log = register(null, program);
  if (!log) throw new Error(`the event log does not open: Windows error ${lastError()}`);
  return {
    write(entry) {
      const texts = textsOf(entry);
      const id = EVENT_IDS[entry.event ?? entry.severity];
      if (!report(log, TYPES[entry.severity], 0, id, null, texts.length, 0, texts, null))
        throw new Error(`the event log takes no entry: Windows error ${lastError()}`);
    },
    close: () => void deregister(log),
  };
}

/** The message, then each field as `NAME=value`. */
function textsOf({ message, fields = {} }: LogEntry): readonly string[] {
  return [message, ...Object.entries(fields).map(([name, value]) => `${name}=${value}`)].map(text =>
    text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text,
  );
}
