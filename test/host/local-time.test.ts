// Local time by the C library where it is there, by Node where it is not.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatTimestamp } from '../../src/cli/report/timestamp.ts';
import { localInstant, localTime } from '../../src/host/local-time.ts';

/** What Node says, by itself. */
const nodes = (at: Date) => ({
  year: at.getFullYear(),
  month: at.getMonth(),
  day: at.getDate(),
  hour: at.getHours(),
  minute: at.getMinutes(),
  second: at.getSeconds(),
});

test('without koffi it is what Node says', async () => {
  const at = new Date(2026, 10, 5, 1, 2, 3);
  expect(await localTime(at, 'IST-5:30', () => Promise.reject(new Error('not installed')))).toEqual(
    nodes(at),
  );
});

test('a zone that has a name is read by Node: small containers have no zoneinfo', async () => {
  const at = new Date(2026, 10, 5, 1, 2, 3);
  const never = () => Promise.reject(new Error('asked for'));
  expect(await localTime(at, 'Asia/Shanghai', never)).toEqual(nodes(at));
});

describe.runIf(process.platform !== 'win32')('the C library', () => {
  test('agrees with Node where both know the zone of this process, to the year 2200', async () => {
    const instants = fc.date({
      min: new Date('1980-01-01'),
      max: new Date('2200-01-01'),
      noInvalidDate: true,
    });
    await fc.assert(
      fc.asyncProperty(instants, async at => {
        expect(await localTime(at, undefined)).toEqual(nodes(at));
      }),
    );
  });

  test.skipIf(process.arch !== 'x64')('on 32 bits is asked by the name that takes 64', async () => {
    // The real library has no such name here: the other one is called, and not beyond what it can hold.
    const late = new Date('2040-01-01');
    expect(await localTime(late, undefined, undefined, 'arm')).toEqual(nodes(late));
    const soon = new Date('2030-01-01');
    expect(await localTime(soon, undefined, undefined, 'arm')).toEqual(nodes(soon));
  });
});

test('the day has two places, as in syslog', () => {
  const time = { year: 2026, month: 0, day: 5, hour: 1, minute: 2, second: 3 };
  expect(formatTimestamp(time)).toBe(' 5 Jan 01:02:03');
  expect(formatTimestamp({ ...time, month: 11, day: 31 })).toBe('31 Dec 01:02:03');
});

describe.runIf(process.platform !== 'win32')('an instant in local time', () => {
  test.each([
    ['2026-11-21T12:10:23.456Z', 'XYZ-5:30', '2026-11-21T17:40:23+05:30'],
    ['2026-12-31T23:30:00.000Z', 'XYZ-5:30', '2027-01-01T05:00:00+05:30'],
    ['2027-01-01T00:00:00.999Z', 'EST5', '2026-12-31T19:00:00-05:00'],
    ['2026-11-21T12:10:23.000Z', 'UTC0', '2026-11-21T12:10:23+00:00'],
  ])('%s in %s is %s', async (utc, zone, expected) => {
    const before = process.env.TZ;
    process.env.TZ = zone;
    try {
      expect(await localInstant(new Date(utc), zone)).toBe(expected);
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });
});
