// Which log a platform has, and that no text can forge an entry in it.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLog } from '../../../src/host/log/index.ts';
import { escaped } from '../../../src/sources/server.ts';
import { recordedLibrary } from '../../support/recorded-library.ts';

const WRITER = { program: 'tsntp', pid: 4528 };
const SYSLOG = { openlog: () => 0, syslog: () => 0, closelog: () => 0 };
const EVENT_LOG = {
  RegisterEventSourceW: () => 7n,
  ReportEventW: () => 1,
  DeregisterEventSource: () => 1,
  GetLastError: () => 0,
};

test('control characters are escaped in messages and fields, whatever the log is', async () => {
  const unix = recordedLibrary(SYSLOG);
  const windows = recordedLibrary(EVENT_LOG);
  const logs = [
    await openLog(WRITER, 'darwin', async () => unix),
    await openLog(WRITER, 'win32', async () => windows),
  ];
  const text = fc.array(
    fc.oneof(fc.constantFrom('\n', '\r', '\0', '\x1b[2J', '\u2028'), fc.string({ unit: 'binary' })),
  );
  fc.assert(
    fc.property(text, parts => {
      const message = parts.join('');
      for (const log of logs) log.write({ severity: 'info', message, fields: { TSNTP_SERVER: message } });
      const sent = unix.callsOf('syslog').at(-1)![3];
      expect(sent).toBe(escaped(message));
      expect(sent).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      expect(windows.callsOf('ReportEventW').at(-1)![7]).toEqual([sent, `TSNTP_SERVER=${sent}`]);
    }),
  );
});

test('without koffi there is no log, and the reason says so', async () => {
  const missing = () => Promise.reject(new Error('Cannot find module koffi'));
  await expect(openLog(WRITER, 'linux', missing)).rejects.toThrow('koffi does not load');
});

test('neither a journal nor a syslogd: the reason names both sockets', async () => {
  const library = recordedLibrary({
    socket: () => 3,
    connect: () => library.fail(2),
    send: () => -1,
    poll: () => 1,
    close: () => 0,
    ...SYSLOG,
  });
  await expect(openLog(WRITER, 'linux', async () => library)).rejects.toThrow(
    'neither the systemd journal (/run/systemd/journal/socket: no such file or directory) nor syslogd (/dev/log: no such file or directory) can be reached',
  );
  expect(library.callsOf('close')).toEqual([[3], [3]]);
});
