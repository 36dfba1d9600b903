// Entries over a real Unix socket, as a journal reads them.

import { join } from 'node:path';
import koffi from 'koffi';
import { describe, expect, test } from 'vitest';
import { openJournal } from '../../../src/host/log/journal.ts';
import { onLinux, scratch } from '../../support/command.ts';
import { journalFields, unixReceiver } from '../../support/unix-receiver.ts';

const WRITER = { program: 'tsntp', pid: 4528 };

describe.runIf(onLinux)('the journal', () => {
  test('receives a datagram for each entry', () => {
    const path = join(scratch(), 'socket');
    const receiver = unixReceiver(path);
    const log = openJournal(koffi, WRITER, path);
    log.write({ severity: 'notice', message: 'one' });
    log.write({ severity: 'error', message: 'two\nthree', fields: { TSNTP_SERVER: '192.0.2.1' } });
    log.close();
    const entries = receiver.received().map(datagram => Object.fromEntries(journalFields(datagram)));
    expect(entries).toMatchObject([
      { MESSAGE: 'one', PRIORITY: '5' },
      { MESSAGE: 'two\nthree', PRIORITY: '3', TSNTP_SERVER: '192.0.2.1' },
    ]);
  });

  test('receives a shortened entry if the socket takes no longer one', () => {
    const path = join(scratch(), 'socket');
    const receiver = unixReceiver(path);
    const tight = { ...koffi, load: () => withTinyBuffer() };
    const log = openJournal(tight, WRITER, path);
    log.write({ severity: 'info', message: 'x'.repeat(100_000) });
    log.close();
    const [entry] = receiver.received();
    const { MESSAGE = '' } = Object.fromEntries(journalFields(entry!));
    expect(MESSAGE).toMatch(/^x+…$/);
    expect(Buffer.byteLength(MESSAGE)).toBe(1000);
  });

  test('that is not there or not read is an error with its reason', () => {
    const path = join(scratch(), 'socket');
    expect(() => openJournal(koffi, WRITER, path)).toThrow(`${path}: no such file or directory`);
    const receiver = unixReceiver(path);
    receiver.close();
    expect(() => openJournal(koffi, WRITER, path)).toThrow(`${path}: connection refused`);
  });

  test('that stopped reading is an error, not a wait without end', () => {
    const path = join(scratch(), 'socket');
    unixReceiver(path);
    const log = openJournal(koffi, WRITER, path);
    const fill = () => {
      for (let sent = 0; sent < 100_000; sent++) log.write({ severity: 'info', message: 'x' });
    };
    expect(fill).toThrow(`${path} takes no more messages`);
    log.close();
  });
});

/** The C library, whose sockets get the smallest buffer that Linux allows. */
function withTinyBuffer() {
  const libc = koffi.load(null);
  const setsockopt = libc.func(
    'int setsockopt(int fd, int level, int name, const void *value, uint32_t length)',
  );
  return {
    func(declaration: string) {
      const call = libc.func(declaration);
      if (!declaration.startsWith('int socket(')) return call;
      return (...args: readonly unknown[]) => {
        const fd = call(...args);
        // SO_SNDBUF: the kernel doubles the number.
        setsockopt(fd, 1, 7, new Int32Array([3000]), 4);
        return fd;
      };
    },
  };
}
