// What syslog(3) is asked. test/cli/syslog.test.ts and test/vm/cases/log.js let real ones read it.

import { join } from 'node:path';
import koffi from 'koffi';
import { expect, test } from 'vitest';
import { openSyslog } from '../../../src/host/log/syslog.ts';
import { onLinux, scratch } from '../../support/command.ts';
import { recordedLibrary } from '../../support/recorded-library.ts';

const WRITER = { program: 'ntpdate', pid: 4528 };

test('syslog(3) receives a message as an argument, never as the format', () => {
  const library = recordedLibrary({ openlog: () => 0, syslog: () => 0, closelog: () => 0 });
  const log = openSyslog(library, WRITER, undefined);
  log.write({ severity: 'error', message: '100%n of %s' });
  log.write({ severity: 'info', message: 'fine' });
  log.close();
  expect(library.callsOf('syslog')).toEqual([
    [3, '%s', 'str', '100%n of %s'],
    [6, '%s', 'str', 'fine'],
  ]);
  const [name, options, facility] = library.callsOf('openlog')[0] as [DataView, number, number];
  expect(Buffer.from(name.buffer).toString()).toBe('ntpdate\0');
  // LOG_PID with LOG_NDELAY, and LOG_DAEMON.
  expect([options, facility]).toEqual([9, 24]);
  expect(library.callsOf('closelog')).toHaveLength(1);
});

test.runIf(onLinux)('a socket that no syslogd reads is an error with its reason', () => {
  const path = join(scratch(), 'log');
  expect(() => openSyslog(koffi, WRITER, path)).toThrow(`${path}: no such file or directory`);
});
