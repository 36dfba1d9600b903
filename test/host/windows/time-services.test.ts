import { describe, expect, test } from 'vitest';
import { windowsTimeServices } from '../../../src/host/windows/time-services.ts';
import { type RecordedLibrary, recordedLibrary } from '../../support/recorded-library.ts';

const [STOPPED, START_PENDING, STOP_PENDING, RUNNING, PAUSED] = [1, 2, 3, 4, 7];
const POLICY = 'SOFTWARE\\Policies\\Microsoft\\W32Time\\Parameters';
const OWN = 'SYSTEM\\CurrentControlSet\\Services\\W32Time\\Parameters';

/** A Windows with these services in these states, and these types of w32time by the key of the registry. */
function windows(
  states: Readonly<Record<string, number>>,
  types: Readonly<Record<string, string>> = {},
): RecordedLibrary {
  const names = Object.keys(states);
  return recordedLibrary({
    OpenSCManagerW: () => 1000n,
    OpenServiceW: ([, name]) => BigInt(names.indexOf(name!.value as string) + 1),
    QueryServiceStatus: ([service, status]) => {
      status!.memory!.setInt32(4, states[names[Number(service!.value) - 1]!]!, true);
      return 1;
    },
    CloseServiceHandle: () => 1,
    RegGetValueW: ([, path, , , , data, size]) => {
      const type = types[path!.value as string];
      if (type === undefined) return 2;
      const bytes = Buffer.from(`${type}\0`, 'utf16le');
      new Uint8Array(data!.memory!.buffer).set(bytes);
      size!.memory!.setInt32(0, bytes.length, true);
      return 0;
    },
  });
}

const found = (library: RecordedLibrary) => windowsTimeServices(library).map(({ name }) => name);

describe('the Windows Time service', () => {
  test.each([
    [RUNNING, 'NTP', ['w32time']],
    [START_PENDING, 'NTP', ['w32time']],
    [PAUSED, 'NTP', ['w32time']],
    [RUNNING, 'NT5DS', ['w32time']],
    [RUNNING, 'NoSync', []],
    [RUNNING, 'nosync', []],
    [STOPPED, 'NTP', []],
    [STOP_PENDING, 'NTP', []],
  ])('in state %d with the type %s is %j', (state, type, expected) => {
    expect(found(windows({ w32time: state }, { [OWN]: type }))).toEqual(expected);
  });

  test('of an unknown type sets the clock', () => {
    expect(windowsTimeServices(windows({ w32time: RUNNING }))).toEqual([
      { name: 'w32time', stop: 'net stop w32time' },
    ]);
  });

  test('goes by a group policy before its own setting', () => {
    expect(found(windows({ w32time: RUNNING }, { [POLICY]: 'NoSync', [OWN]: 'NTP' }))).toEqual([]);
    expect(found(windows({ w32time: RUNNING }, { [POLICY]: 'NTP', [OWN]: 'NoSync' }))).toEqual(['w32time']);
  });

  test.each(['NT5DS', 'AllSync'])('of the type %s says what a member of a domain must know', type => {
    const [service] = windowsTimeServices(windows({ w32time: RUNNING }, { [OWN]: type }));
    expect(service).toMatchObject({
      stop: 'net stop w32time',
      note: expect.stringMatching(/domain.*5 minutes/),
    });
  });
});

test('the service of ntpd is found beside it', () => {
  expect(windowsTimeServices(windows({ w32time: STOPPED, NTP: RUNNING }))).toEqual([
    { name: 'ntpd', stop: 'net stop NTP' },
  ]);
});

test('all handles are closed, whatever is there', () => {
  const library = windows({ w32time: RUNNING });
  windowsTimeServices(library);
  const closed = library.callsOf('CloseServiceHandle').map(([handle]) => handle);
  expect(closed).toEqual([1n, 1000n, 1000n]);
});

test('only rights that any user has are asked for', () => {
  const library = windows({ w32time: RUNNING });
  windowsTimeServices(library);
  const [SC_MANAGER_CONNECT, SERVICE_QUERY_STATUS] = [1, 4];
  expect(library.callsOf('OpenSCManagerW')[0]).toEqual([null, null, SC_MANAGER_CONNECT]);
  expect(library.callsOf('OpenServiceW')[0]!.slice(1)).toEqual(['w32time', SERVICE_QUERY_STATUS]);
});
