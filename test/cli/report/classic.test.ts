// The lines that scripts and cron mails know from ntpdate, byte for byte but for their values.

import { expect, test } from 'vitest';
import { classicLines, classicNotes } from '../../../src/cli/report/classic.ts';
import { unbelievedLines } from '../../../src/cli/report/unbelieved.ts';
import { serve, serveSilence, tsntp } from '../../support/command.ts';
import { world } from '../../support/world.ts';

const CONTEXT = { listServers: false, timestamp: '20 Nov 12:10:23', program: 'tsntp', pid: 4528 };

test('a query lists the servers, then the correction, as ntpdate -q', async () => {
  const [a, b] = await serve({ offset: -2 }, { offset: -2, stratum: 3 });
  const { stdout } = await tsntp(['-q', '-p', '1', a!, b!]);
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(/^server 127\.0\.0\.1, stratum 1, offset -(2|1)\.\d{6}, delay 0\.\d{5}$/);
  expect(lines[1]).toMatch(/^server 127\.0\.0\.1, stratum 3, offset -(2|1)\.\d{6}, delay 0\.\d{5}$/);
  expect(lines[2]).toMatch(
    /^[ \d]\d [A-Z][a-z]{2} \d\d:\d\d:\d\d tsntp\[\d+\]: adjust time server 127\.0\.0\.1 offset -(2|1)\.\d{6} sec$/,
  );
  expect(lines.slice(3)).toEqual(['']);
});

test('a server that gave no time has zeros, as in ntpdate', async () => {
  const { server } = await serveSilence();
  const { stdout } = await tsntp(['-q', '-p', '1', '-t', '0.2', server]);
  expect(stdout).toMatch(
    /^server 127\.0\.0\.1, stratum 0, offset 0\.000000, delay 0\.00000\n.{15} tsntp\[\d+\]: no server suitable for synchronization found\n$/,
  );
});

test('without -q no server is listed', async () => {
  const [server] = await serve({});
  expect((await tsntp(['-n', '-p', '1', server!])).stdout).not.toMatch(/^server/m);
});

test('the line of a step and of a slew', async () => {
  const lines = async (offset: number) => {
    const there = world({ servers: { '203.0.113.5': { offset } } });
    return classicLines(await there.sync(), CONTEXT);
  };
  expect(await lines(-500.25)).toEqual([
    expect.stringMatching(
      /^20 Nov 12:10:23 tsntp\[4528\]: step time server 203\.0\.113\.5 offset -500\.\d{6} sec$/,
    ),
  ]);
  expect(await lines(0.05)).toEqual([
    expect.stringMatching(
      /^20 Nov 12:10:23 tsntp\[4528\]: adjust time server 203\.0\.113\.5 offset 0\.0\d{5} sec$/,
    ),
  ]);
});

test('an offset never is -0', async () => {
  const there = world({ servers: { '203.0.113.5': {} } });
  const outcome = await there.query();
  if (outcome.kind !== 'queried') throw new Error(outcome.kind);
  const level = { ...outcome, estimate: { ...outcome.estimate, offset: -1e-9 } };
  expect(classicLines(level, CONTEXT)).toEqual([
    '20 Nov 12:10:23 tsntp[4528]: adjust time server 203.0.113.5 offset 0.000000 sec',
  ]);
});

test('another time service is reported as ntpdate does, and named on stderr', async () => {
  const competitors = [{ kind: 'service', name: 'chronyd', pid: 7, stop: 'systemctl stop chrony' }] as const;
  const outcome = await world({ competitors, servers: { a: {} } }).sync();
  expect(classicLines(outcome, CONTEXT).at(-1)).toBe(
    '20 Nov 12:10:23 tsntp[4528]: the NTP socket is in use, exiting',
  );
  expect(classicNotes(outcome)).toEqual([
    expect.stringContaining('chronyd (pid 7) sets this clock: stop it with "systemctl stop chrony"'),
  ]);
});

test('a refusal has the offset; stderr says what to do', async () => {
  const outcome = await world({ servers: { '203.0.113.5': { offset: 5 } } }).sync({ maxOffset: 1 });
  expect(classicLines(outcome, CONTEXT).at(-1)).toMatch(
    /^20 Nov 12:10:23 tsntp\[4528\]: refuse time server 203\.0\.113\.5 offset [45]\.\d{6} sec$/,
  );
  expect(classicNotes(outcome)).toEqual([
    expect.stringContaining('over the maxOffset of 1 s, so the clock was not set'),
  ]);
});

test('no suitable server: the line of ntpdate; stderr says why of each', async () => {
  const outcome = await world({ servers: { '203.0.113.5': { says: { leap: 3, stratum: 16 } } } }).query();
  expect(classicLines(outcome, { ...CONTEXT, listServers: true })).toEqual([
    expect.stringMatching(/^server 203\.0\.113\.5, stratum 16, offset -?0\.\d{6}, delay 0\.02\d{3}$/),
    '20 Nov 12:10:23 tsntp[4528]: no server suitable for synchronization found',
  ]);
  expect(unbelievedLines(outcome, false)).toEqual([
    expect.stringMatching(/^203\.0\.113\.5: server dropped: strata too high/),
  ]);
});

test('an interrupt leaves the clock, and says so', async () => {
  const stopped = new AbortController();
  stopped.abort();
  const outcome = await world({ servers: { a: {} } }).sync({}, { signal: stopped.signal });
  expect(classicLines(outcome, CONTEXT)).toEqual(['20 Nov 12:10:23 tsntp[4528]: interrupted, exiting']);
  expect(classicNotes(outcome)).toEqual(['tsntp: Interrupted; the clock was not touched.']);
});

test('of many that fail, 30 are told and the others counted; -v tells of all', async () => {
  const silent = Array.from({ length: 100 }, (_, i) => [`192.0.2.${i}`, { fault: 'silent' }] as const);
  const servers = { '203.0.113.5': {}, ...Object.fromEntries(silent) };
  const outcome = await world({ servers }).query({ samples: 1 });
  expect(outcome.kind).toBe('queried');
  const lines = unbelievedLines(outcome, false);
  expect(lines).toHaveLength(31);
  expect(lines[0]).toBe('192.0.2.0: no reply to 1 request (-t 2)');
  expect(lines.at(-1)).toBe('… and 70 more (-v shows all)');
  expect(unbelievedLines(outcome, true)).toHaveLength(100);
});
