// A log entry → the datagram that the systemd journal reads: a line `NAME=value` for each field, or, for a value with a
// line feed, the name, a line feed, the length in 8 bytes, and the value. The length keeps a value from forging fields.
// systemd.io/JOURNAL_NATIVE_PROTOCOL, systemd.journal-fields(7), sd-messages(3).

import type { LogEntry, LogSeverity, LogWriter } from '../../pipeline/system-log.ts';

/** The priorities of syslog(3). */
export const PRIORITIES: Readonly<Record<LogSeverity, number>> = { error: 3, warning: 4, notice: 5, info: 6 };

/** LOG_DAEMON of syslog(3), as ntpdate. */
export const FACILITY = 3;

/** SD_MESSAGE_TIME_CHANGE and SD_MESSAGE_TIME_SYNC of sd-messages.h, for which `journalctl -x` has an explanation. */
const MESSAGE_IDS: Readonly<Record<NonNullable<LogEntry['event']>, string>> = {
  'clock-stepped': 'c7a787079b354eaaa9e77b371893cd27',
  'first-synchronized': '7c8a41f37b764941a0e1780b1be2f037',
};

/** Encodes an entry. Longer values than `longest` bytes are cut, and end with `…`. */
export function journalDatagram(entry: LogEntry, { program, pid }: LogWriter, longest: number): Uint8Array {
  const fields = {
    MESSAGE: entry.message,
    PRIORITY: String(PRIORITIES[entry.severity]),
    SYSLOG_IDENTIFIER: program,
    SYSLOG_FACILITY: String(FACILITY),
    SYSLOG_PID: String(pid),
    ...(entry.event && { MESSAGE_ID: MESSAGE_IDS[entry.event] }),
    ...entry.fields,
  };
  return Buffer.concat(Object.entries(fields).map(([name, value]) => field(name, shortened(value, longest))));
}

function field(name: string, value: Uint8Array): Uint8Array {
  if (!value.includes(LINE_FEED)) return Buffer.concat([Buffer.from(`${name}=`), value, Buffer.from('\n')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(value.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, value, Buffer.from('\n')]);
}

const LINE_FEED = 0x0a;
const ELLIPSIS = Buffer.from('…');

/** The UTF-8 of a text, at most `longest` bytes, and never half a character. */
function shortened(text: string, longest: number): Uint8Array {
  const bytes = Buffer.from(text);
  if (bytes.length <= longest) return bytes;
  let end = longest - ELLIPSIS.length;
  while (end > 0 && isContinuation(bytes[end]!)) end--;
  return Buffer.concat([bytes.subarray(0, end), ELLIPSIS]);
}

/** Whether a byte is not the first one of its character. */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
