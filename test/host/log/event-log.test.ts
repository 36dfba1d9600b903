// What the event log of Windows is asked; test/wine/log.wine.ts makes the calls.

import { expect, test } from 'vitest';
import { openEventLog } from '../../../src/host/log/event-log.ts';
import { recordedLibrary } from '../../support/recorded-library.ts';

const WRITER = { program: 'tsntp', pid: 4528 };

test('an event has its type, an identifier with a text, and its facts as strings', () => {
  const library = recordedLibrary({
    RegisterEventSourceW: () => 7n,
    ReportEventW: () => 1,
    DeregisterEventSource: () => 1,
    GetLastError: () => 0,
  });
  const log = openEventLog(library, WRITER);
  const message = 'step time server 192.0.2.1 offset 3.250000 sec';
  log.write({ severity: 'notice', message, event: 'clock-stepped', fields: { TSNTP_KIND: 'step' } });
  log.write({ severity: 'error', message: 'x'.repeat(40_000) });
  log.close();
  expect(library.callsOf('RegisterEventSourceW')).toEqual([[null, 'tsntp']]);
  expect(library.callsOf('ReportEventW')).toEqual([
    [7n, 4, 0, 10, null, 2, 0, [message, 'TSNTP_KIND=step'], null],
    [7n, 1, 0, 1, null, 1, 0, [`${'x'.repeat(8000)}…`], null],
  ]);
  expect(library.callsOf('DeregisterEventSource')).toEqual([[7n]]);
});

test('a log that does not open or takes no entry is an error with its number', () => {
  const closed = recordedLibrary({
    RegisterEventSourceW: () => undefined,
    ReportEventW: () => 0,
    DeregisterEventSource: () => 1,
    GetLastError: () => 1722,
  });
  expect(() => openEventLog(closed, WRITER)).toThrow('the event log does not open: Windows error 1722');
  const full = recordedLibrary({
    RegisterEventSourceW: () => 7n,
    ReportEventW: () => 0,
    DeregisterEventSource: () => 1,
    GetLastError: () => 1502,
  });
  const log = openEventLog(full, WRITER);
  expect(() => log.write({ severity: 'info', message: 'x' })).toThrow('takes no entry: Windows error 1502');
});
