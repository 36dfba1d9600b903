// What the journal reads back of an entry, whatever its texts contain: the fields that were meant, and no others.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { journalDatagram } from '../../../src/host/log/journal-datagram.ts';
import { journalFields } from '../../support/unix-receiver.ts';

/** Half a surrogate pair has no UTF-8. */
const utf8 = (text: string) => Buffer.from(text).toString();

const WRITER = { program: 'tsntp', pid: 4528 };

test('a step has the fields of syslog, the message identifier of systemd, and the facts', () => {
  const entry = {
    severity: 'notice',
    message: 'step time server 192.0.2.1 offset 3.250000 sec',
    event: 'clock-stepped',
    fields: { TSNTP_OFFSET: '3.250000000', TSNTP_KIND: 'step' },
  } as const;
  expect(journalFields(Buffer.from(journalDatagram(entry, WRITER, 8000)))).toEqual([
    ['MESSAGE', 'step time server 192.0.2.1 offset 3.250000 sec'],
    ['PRIORITY', '5'],
    ['SYSLOG_IDENTIFIER', 'tsntp'],
    ['SYSLOG_FACILITY', '3'],
    ['SYSLOG_PID', '4528'],
    ['MESSAGE_ID', 'c7a787079b354eaaa9e77b371893cd27'],
    ['TSNTP_OFFSET', '3.250000000'],
    ['TSNTP_KIND', 'step'],
  ]);
});

test('a value with a line feed has its length in 8 bytes, the lowest first', () => {
  const bytes = journalDatagram({ severity: 'error', message: 'a\nPRIORITY=0' }, WRITER, 8000);
  const length = Buffer.from([12, 0, 0, 0, 0, 0, 0, 0]).toString('latin1');
  expect(Buffer.from(bytes).toString('latin1')).toContain(
    `MESSAGE\n${length}a\nPRIORITY=0\nPRIORITY=3\nSYSLOG_IDENTIFIER=`,
  );
});

test('no text forges, hides or breaks a field', () => {
  const pieces = fc.constantFrom('\n', '=', '\0', 'MESSAGE=', 'PRIORITY=0\n', '\r', '\u{1f552}', 'é', '…');
  const text = fc
    .array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 8 })
    .map(parts => parts.join(''));
  fc.assert(
    fc.property(text, text, text, (message, server, program) => {
      const entry = { severity: 'warning', message, fields: { TSNTP_SERVER: server } } as const;
      const bytes = journalDatagram(entry, { program, pid: 1 }, 8000);
      expect(journalFields(Buffer.from(bytes))).toEqual([
        ['MESSAGE', utf8(message)],
        ['PRIORITY', '4'],
        ['SYSLOG_IDENTIFIER', utf8(program)],
        ['SYSLOG_FACILITY', '3'],
        ['SYSLOG_PID', '1'],
        ['TSNTP_SERVER', utf8(server)],
      ]);
    }),
  );
});

test('a long value is cut between two characters, and says so', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 40 }),
      fc.integer({ min: 10, max: 40 }),
      (text, longest) => {
        fc.pre(Buffer.byteLength(text) > longest);
        const entry = { severity: 'info', message: text } as const;
        const fields = journalFields(Buffer.from(journalDatagram(entry, WRITER, longest)));
        const message = fields[0]![1];
        expect(Buffer.byteLength(message)).toBeLessThanOrEqual(longest);
        expect(Buffer.byteLength(message)).toBeGreaterThan(longest - 4);
        expect(message.endsWith('…') && text.startsWith(message.slice(0, -1))).toBe(true);
      },
    ),
  );
});
