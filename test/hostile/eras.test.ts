// Servers and clocks in other years. The NTP era ends on 2036-02-07 at 06:28:16 UTC; a server that claims 1970, or
// sends Unix seconds, must not be interpreted as 2106 or 2092. Limits apply to absolute values.

import { describe, expect, test } from 'vitest';
import { RELEASED } from '../../src/release.ts';
import { unavailable } from '../support/debian-package.ts';
import { counted, judge, judgeEach, once, startServer } from './bench.ts';
import { faketime } from './faketime.ts';
import { type Behavior, lie, ntpTime, reply, truth } from './server.ts';

const SECOND = 1_000_000_000n;
const YEAR = 31_557_600;

const utc = (text: string) => BigInt(Date.parse(text)) * 1_000_000n;

/** A server whose clock is fixed at this instant. */
function stoppedAt(time: bigint): Behavior {
  return reply({ receive: ntpTime(time), transmit: ntpTime(time), reference: 0n });
}

/** A server that sends these 64 bits as its timestamps. */
function sending(bits: bigint): Behavior {
  return reply({ receive: bits, transmit: bits, reference: 0n });
}

describe('implausible times', () => {
  const unixSeconds = (ask: { now: bigint }) => BigInt.asUintN(64, (ask.now << 32n) / SECOND);
  const servers: Readonly<Record<string, Behavior>> = {
    '1970': stoppedAt(utc('1970-01-01T00:00:00Z')),
    '1970, a minute after boot': stoppedAt(utc('1970-01-01T00:01:00Z')),
    '1980, the first day of GPS': stoppedAt(utc('1980-01-06T00:00:00Z')),
    '2000, a board without a battery': stoppedAt(utc('2000-01-01T00:00:00Z')),
    'GPS weeks rolled over: 1024 weeks ago': lie(-1024 * 604_800),
    'a year before the release': stoppedAt(RELEASED - BigInt(YEAR) * SECOND),
    'a second before the release': stoppedAt(RELEASED - SECOND),
    'Unix seconds instead of NTP seconds (2092)': reply(ask => ({
      receive: unixSeconds(ask),
      transmit: unixSeconds(ask),
      reference: 0n,
    })),
    'Unix nanoseconds instead of an NTP timestamp': sending(BigInt(Date.now()) * 1_000_000n),
    'twenty years and a day after the release': stoppedAt(RELEASED + BigInt(20 * YEAR + 86_400) * SECOND),
    '2047': stoppedAt(utc('2047-06-01T00:00:00Z')),
    '2092': stoppedAt(utc('2092-01-01T00:00:00Z')),
    '2104, at the limit of the nearest era': stoppedAt(utc('2094-01-01T00:00:00Z')),
    '2106, the end of 32 bit Unix time': stoppedAt(utc('2106-02-07T06:28:15Z')),
    'the sign bit of the seconds alone': sending(1n << 63n),
  };
  judgeEach(
    Object.entries(servers).map(([name, server]) => ({
      name,
      server,
      expected: { fails: 'plausible', kind: 'implausible-time' },
    })),
  );
});

describe('plausible times years ahead: measured correctly', () => {
  const instants = {
    'the last second of the era': utc('2036-02-07T06:28:15Z'),
    'its last quarter of a second': utc('2036-02-07T06:28:15.750Z'),
    'the first second of the next era': utc('2036-02-07T06:28:16Z') + 1n,
    'a second later': utc('2036-02-07T06:28:17Z'),
    '2038, the end of signed 32 bit Unix time': utc('2038-01-19T03:14:08Z'),
    '2045': utc('2045-01-01T00:00:00Z'),
  };
  const run = once(() => judge(Object.values(instants).map(stoppedAt), { options: 'noselect', samples: 1 }));
  test.each(Object.values(instants).map((time, i) => [Object.keys(instants)[i]!, time, i] as const))(
    '%s',
    async (_name, time, i) => {
      const { rows, servers } = await run();
      const expected = Number(time - servers[i]!.asked[0]!) / 1e9;
      expect(rows[i]!.verdict).toBe('noselect');
      expect(Math.abs(rows[i]!.offset! - expected)).toBeLessThan(1);
    },
  );
});

describe('limits', () => {
  const far = stoppedAt(utc('2036-02-07T06:28:17Z'));
  test.each([
    ['ten years ahead, --max-offset 1000', far, ['--max-offset=1000']],
    ['ten years ahead, -g and --max-offset 1000', far, ['-g', '--max-offset=1000']],
    ['1 s ahead, --max-offset 0.5', lie(1), ['--max-offset=0.5']],
    ['1 s behind, --max-offset 0.5', lie(-1), ['--max-offset=0.5']],
    [
      'Unix milliseconds instead of an NTP timestamp (2036)',
      sending(BigInt(Date.now())),
      ['--max-offset=1000'],
    ],
    ['2^-32 s after 1900 (2036)', sending(1n), ['--max-offset=1000']],
    [
      '56 years behind, -g and --max-offset 1e6',
      stoppedAt(utc('1970-01-01T00:00:00Z')),
      ['-g', '--max-offset=1e6'],
    ],
  ])('%s: refused, exit 5', async (_name, server, args) => {
    const { code, report, attempts = 0 } = await judge([server], { args, samples: 1 });
    expect(report.result).toBe('refused');
    expect({ code, attempts }).toEqual({ code: 5, attempts: 0 });
  });

  test.each([
    ['1970 with -g', stoppedAt(utc('1970-01-01T00:00:00Z')), ['-g'], 'step'],
    ['a minute ahead', lie(60), [], 'step'],
    ['a minute behind', lie(-60), [], 'step'],
    ['0.1 s ahead', lie(0.1), [], 'slew'],
    ['0.1 s behind', lie(-0.1), [], 'slew'],
  ])('%s: tried, once', async (_name, server, args, kind) => {
    const { code, report, attempts = 1 } = await judge([server], { args, samples: 1 });
    expect(report.decision!.kind).toBe(kind);
    expect({ code, attempts }).toEqual({ code: 4, attempts: 1 });
  });

  test.each(['nan', 'NaN', '-1', 'infinity', 'Infinity', '1e999', '', '0x10', '1,5', '١'])(
    '--max-offset "%s" is a usage error',
    async value => {
      const { port } = await startServer(truth);
      const { code, report, attempts = 0 } = await counted([`--max-offset=${value}`, `127.0.0.1:${port}`]);
      expect(report.message).toContain('--max-offset');
      expect({ code, attempts }).toEqual({ code: 2, attempts: 0 });
    },
  );
});

const withoutFaketime = unavailable(['libfaketime']);

describe.skipIf(withoutFaketime !== undefined)('this clock in another year, servers right', () => {
  const now = BigInt(Date.now()) * 1_000_000n;
  const clocks = {
    '1970, just booted': utc('1970-01-01T00:00:30Z'),
    '2000': utc('2000-01-01T00:00:00Z'),
    'an hour behind': now - 3600n * SECOND,
    'a day ahead': now + 86_400n * SECOND,
    '2035': utc('2035-12-31T00:00:00Z'),
    '2040, in the next era': utc('2040-01-01T00:00:00Z'),
    '2099': utc('2099-01-01T00:00:00Z'),
  };
  test.each(Object.entries(clocks))('%s: one step, accurate to the millisecond', async (_name, time) => {
    const ahead = Number((time - now) / SECOND);
    const servers = await Promise.all([startServer(truth), startServer(truth), startServer(truth)]);
    const args = servers.map(({ port }) => `127.0.0.1:${port}`);
    const { code, report } = await counted(['-p2', '-t2', '-g', ...args], faketime({ ahead }));
    expect(Math.abs(report.offset! + ahead)).toBeLessThan(report.errorBound! + 0.001);
    expect(report.decision!.kind).toBe('step');
    expect(code).toBe(4);
  });

  test('both in the next era: a server 10 s ahead', async () => {
    const ahead = Number((utc('2040-01-01T00:00:00Z') - now) / SECOND);
    const { port } = await startServer(lie(ahead + 10));
    const { report } = await counted(['-p2', `127.0.0.1:${port}`], faketime({ ahead }));
    expect(Math.abs(report.offset! - 10)).toBeLessThan(report.errorBound! + 0.001);
  });

  test('the era ends between the times of this clock and the server', async () => {
    const ahead = Number((utc('2036-02-07T06:28:11Z') - now) / SECOND);
    const { port } = await startServer(lie(ahead + 60));
    const { report } = await counted(['-p2', `127.0.0.1:${port}`], faketime({ ahead }));
    expect(Math.abs(report.offset! - 60)).toBeLessThan(report.errorBound! + 0.001);
  });
});
