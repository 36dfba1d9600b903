// The tests of src/X.ts are in test/X.test.ts, so that a defect's test is found by name. What has its tests elsewhere is
// listed here, with the place or the reason.

import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** Folders that are tested through the command, as users see them. */
const THROUGH_THE_COMMAND = ['cli/', 'options/', 'report/'];

/** Files without a test of their own, by path without `.ts`, and where what they do is tested. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  demo: 'test/cli/main.test.ts',
  release: 'two constants; documents.test.ts',
  'clock/capable': 'needs other privileges than those of a test; test/vm/cases/privileges.js',
  'clock/clock': 'interfaces, and the error',
  'clock/ffi': 'test/clock/linux.test.ts, darwin.test.ts and windows/windows.test.ts',
  'clock/hardware-clock': 'interfaces',
  'clock/patience': 'test/clock/precision.test.ts',
  'clock/read-together': 'test/clock/linux.test.ts',
  'clock/rtc/turn': 'test/clock/rtc/device.test.ts',
  'clock/rtc/sysfs': 'test/clock/rtc/device.test.ts',
  'clock/timex': 'test/clock/linux.test.ts',
  'clock/windows/boot-count': 'test/clock/windows/windows.test.ts',
  'clock/windows/clock-rate': 'test/clock/windows/windows.test.ts',
  'clock/windows/held-slew': 'test/clock/windows/windows.test.ts',
  'clock/windows/monotonic': 'test/clock/windows/windows.test.ts',
  'clock/windows/performance-counter': 'test/clock/windows/windows.test.ts',
  'clock/windows/privilege': 'test/clock/windows/windows.test.ts',
  'clock/windows/windows-error': 'test/clock/windows/windows.test.ts',
  'fleet/fleet-outcome': 'types',
  'fleet/target-reading': 'types',
  'host/log/unix-datagram': 'test/host/log/journal.test.ts',
  'host/processes': 'test/host/services.test.ts',
  'host/stored-gate': 'test/host/drift-memory.test.ts',
  'host/stored-values': 'test/host/drift-memory.test.ts',
  'library/options': 'test/library/run.test.ts',
  'library/this-machine': 'test/library/run.test.ts',
  'net/adopted-socket': 'test/net/udp.test.ts',
  'net/arrival-time': 'test/net/udp.test.ts',
  'net/asked-host': 'test/net/sweep.test.ts',
  'net/date-source': 'interfaces, and the error',
  'net/attempt': 'test/net/survey.test.ts and try-addresses.test.ts',
  'net/authentication': 'test/net/nts/nts-source.test.ts',
  'net/family-sockets': 'test/net/sweep.test.ts',
  'net/kernel-socket': 'test/net/udp.test.ts',
  'net/nts/session': 'interfaces, and the error',
  'net/responder': 'the command `demo`; test/cli/main.test.ts',
  'net/source': 'test/net/survey.test.ts',
  'net/transport': 'interfaces, and the error',
  'net/transport-error': 'test/net/udp.test.ts',
  'ntp/auth/authenticator': 'test/ntp/auth/key.test.ts and test/ntp/reply-tests.test.ts',
  'ntp/drift/bank': 'test/ntp/drift/oscillator.test.ts and estimate.test.ts',
  'ntp/drift/closed-gate': 'types',
  'ntp/drift/evidence': 'test/ntp/drift/oscillator.test.ts and estimate.test.ts',
  'ntp/pairing': 'test/ntp/rate.test.ts, region.test.ts and filter.test.ts',
  'pipeline/apply': 'test/sync.test.ts',
  'pipeline/check-reference': 'test/check.test.ts',
  'pipeline/judge': 'test/sync.test.ts',
  'pipeline/outcome': 'types',
  'pipeline/ports': 'interfaces',
  'pipeline/read-targets': 'test/check.test.ts',
  'pipeline/recall-drift': 'test/pipeline/plan-drift.test.ts',
  'pipeline/system-log': 'interfaces',
  'pipeline/target-book': 'test/check.test.ts',
  'pipeline/verdict': 'test/pipeline/assess.test.ts',
  'pipeline/voters': 'test/pipeline/assess.test.ts',
  'host/effective-user': 'test/wine/files.wine.ts',
  'host/windows/current-user': 'test/host/windows/access-lists.test.ts',
  'host/windows/wide-text': 'test/host/windows/access-lists.test.ts',
  'host/machine-identity': 'test/host/scheduler-host.test.ts',
  'host/scheduled-files': 'test/host/scheduler-host.test.ts',
  'schedule/installation': 'test/schedule.test.ts',
  'schedule/schedule-outcome': 'interfaces, and the error',
  'schedule/xml-text': 'test/schedule/launchd.test.ts and test/schedule/task-scheduler.test.ts',
  'sources/configuration': 'test/sources/directives.test.ts',
  'sources/directive-table': 'test/sources/directives.test.ts',
  'sources/files': 'test/sources/read.test.ts',
  'sources/list': 'test/sources/read.test.ts',
  'sources/obedience': 'test/sources/directives.test.ts',
  'sources/server-line': 'test/sources/read.test.ts',
  'sources/server-options': 'test/sources/read.test.ts',
  'sources/well-known': 'test/sources/read.test.ts',
};

const filesIn = (folder: string, ending: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith(ending))
    .map(path => path.replaceAll('\\', '/').slice(0, -ending.length))
    .sort();
const sources = filesIn('src', '.ts');
const throughTheCommand = (path: string) => THROUGH_THE_COMMAND.some(folder => path.startsWith(folder));

describe('a file of src/', () => {
  test('has its tests at the same path in test/, or is listed as tested elsewhere', () => {
    const untested = sources.filter(
      path => !throughTheCommand(path) && !(path in ELSEWHERE) && !existsSync(`test/${path}.test.ts`),
    );
    expect(untested).toEqual([]);
  });

  test('that is listed as tested elsewhere has no tests of its own', () => {
    expect(Object.keys(ELSEWHERE).filter(path => existsSync(`test/${path}.test.ts`))).toEqual([]);
  });

  test('is there for each test file of a room', () => {
    const rooms = ['clock', 'fleet', 'host', 'net', 'ntp', 'pipeline', 'schedule', 'sources'];
    const tests = rooms.flatMap(room => filesIn(`test/${room}`, '.test.ts').map(path => `${room}/${path}`));
    expect(tests.filter(path => !sources.includes(path))).toEqual([]);
  });
});

test('a place where tests are said to be is there', () => {
  const places = Object.values(ELSEWHERE).flatMap(reason => reason.match(/test\/[\w/.-]+\.(ts|js)/g) ?? []);
  expect(places.filter(path => !existsSync(path))).toEqual([]);
});
