// How a real run ends → the exit code that a script sees, and what it says.

import { describe, expect, test } from 'vitest';
import { acquireLock } from '../../src/host/lock.ts';
import { EXIT_CODES, exitCodeOf } from '../../src/report/exit-code.ts';
import { onLinux, scratch, serve, serveSilence, start, tsntp } from '../support/command.ts';

const STAMP = String.raw`[ \d]\d [A-Z][a-z]{2} \d\d:\d\d:\d\d tsntp\[\d+\]:`;

describe('exit code 0', () => {
  test('a query that was answered', async () => {
    const [server] = await serve({});
    const { code, stderr } = await tsntp(['-q', '-p', '1', server!]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('a dry run says what would be done', async () => {
    const [ahead, level] = await serve({ offset: 10 }, {});
    const step = await tsntp(['-n', '-p', '1', ahead!]);
    expect(step.code).toBe(0);
    expect(step.stdout).toMatch(
      new RegExp(`^${STAMP} would step time server 127\\.0\\.0\\.1 offset (10|9)\\.\\d{6} sec\n$`),
    );
    const slew = await tsntp(['-n', '-p', '1', '--step-threshold', '5', level!]);
    expect(slew.stdout).toMatch(
      new RegExp(`^${STAMP} would adjust time server 127\\.0\\.0\\.1 offset -?0\\.\\d{6} sec\n$`),
    );
  });

  test('a run in which liars are a minority', async () => {
    const servers = await serve({}, {}, {}, { offset: 1 });
    expect((await tsntp(['-q', '-p', '1', ...servers])).code).toBe(0);
  });
});

describe('exit code 2', () => {
  test('an unknown option, a bad value, a bad server, an unreadable list: each is named, without a stack', async () => {
    const mistakes = [
      { args: ['--tiemout', '3', 'a.example'], names: 'tiemout' },
      { args: ['-t', 'abc', 'a.example'], names: 'abc' },
      { args: ['host:99999'], names: 'host:99999' },
      { args: ['-f', '/no/such/list'], names: '/no/such/list' },
    ];
    for (const { args, names } of mistakes) {
      const { code, stdout, stderr } = await tsntp(['-q', ...args]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(names);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
  });
});

describe('exit code 3', () => {
  test('no server answers', async () => {
    const { server } = await serveSilence();
    const { code, stdout, stderr } = await tsntp(['-q', '-p', '1', '-t', '0.2', server]);
    expect(code).toBe(3);
    expect(stdout).toMatch(new RegExp(`^${STAMP} no server suitable for synchronization found\n$`, 'm'));
    expect(stderr).toContain(`${server}: no reply to 1 request (-t 0.2)\n`);
  });

  test('no server answers before the deadline', async () => {
    const { server } = await serveSilence();
    const { stderr } = await tsntp(['-q', '-p', '1', '--deadline', '0.2', server]);
    expect(stderr).toContain(`${server}: no reply to 1 request before the deadline (--deadline)\n`);
  });

  test('a server name that does not exist', async () => {
    const { code, stderr } = await tsntp(['-q', 'no-such-host.invalid']);
    expect(code).toBe(3);
    expect(stderr).toContain('no-such-host.invalid');
  });

  test('a server that is not synchronized', async () => {
    const [server] = await serve({ leap: 3, stratum: 16 });
    const { code, stderr } = await tsntp(['-q', '-p', '1', server!]);
    expect(code).toBe(3);
    expect(stderr).toContain('server dropped: strata too high');
  });

  test('a kiss of death', async () => {
    const [server] = await serve({ stratum: 0, refid: 0x44454e59 });
    const { code, stderr } = await tsntp(['-q', server!]);
    expect(code).toBe(3);
    expect(stderr).toContain('kiss code DENY');
  });

  test.each([
    ['one against one', [{}, { offset: 1 }]],
    ['two against two', [{}, {}, { offset: 1 }, { offset: 1 }]],
  ])('no majority: %s', async (_, options) => {
    const servers = await serve(...options);
    const { code, stdout } = await tsntp(['sync', '-n', '-p', '1', '--format', 'json', ...servers]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ result: 'no-suitable-server', reason: 'no-majority' });
  });

  test('fewer than --min-servers', async () => {
    const servers = await serve({}, {});
    expect((await tsntp(['-q', '-p', '1', '--min-servers', '3', ...servers])).code).toBe(3);
  });
});

describe.runIf(onLinux)('exit code 4', () => {
  test.each([
    ['slew', 0],
    ['step', 10],
  ])('no capability to %s: says which, and what was measured', async (verb, offset) => {
    const [server] = await serve({ offset });
    const args = ['sync', '--force', '-p', '1', '--step-threshold', '5', server!];
    const { code, stdout, stderr } = await tsntp(args);
    expect(code).toBe(4);
    expect(stdout).toMatch(
      new RegExp(`^${STAMP} cannot set time server 127\\.0\\.0\\.1 offset -?\\d+\\.\\d{6} sec\n$`, 'm'),
    );
    expect(stderr).toMatch(/This clock is (\d.* (behind|ahead)|right to within \d)/);
    expect(stderr).toContain(`cannot ${verb} the clock`);
    expect(stderr).toContain('CAP_SYS_TIME');
  });
});

test.runIf(onLinux)('-n warns of a missing right, and does not fail for it', async () => {
  const [server] = await serve({ offset: 10 });
  const { code, stdout, stderr } = await tsntp(['-n', '-p', '1', '--force', server!]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('would step') });
  expect(stderr).toMatch(
    /^warning: .*CAP_SYS_TIME.*\. (Run as root: sudo tsntp|Start the container with --cap-add SYS_TIME)$/m,
  );
});

describe('exit code 5', () => {
  test.each([
    ['under the limit', '11', 0],
    ['over the limit', '9', 5],
  ])('--max-offset: %s', async (_, limit, expected) => {
    const [server] = await serve({ offset: 10 });
    const { code, stderr } = await tsntp(['-n', '-p', '1', '--max-offset', limit, server!]);
    expect(code).toBe(expected);
    if (expected === 5)
      expect(stderr).toMatch(
        /1?\d\.\d{3} s behind .* over the max-offset of 9 s \(--max-offset\), so the clock was not set\. .* with --max-offset 1\ds/,
      );
  });
});

describe.runIf(onLinux)('exit code 6', () => {
  test('a held lock is reported with its holder and the measurement', async () => {
    const state = scratch();
    const lock = await acquireLock([state]);
    const [server] = await serve({});
    const run = () => tsntp(['sync', '-p', '1', '--state', state, server!]);
    const { code, stdout, stderr } = await run();
    expect(code).toBe(6);
    expect(stdout).toMatch(new RegExp(`^${STAMP} the NTP socket is in use, exiting\n$`, 'm'));
    expect(stderr).toMatch(new RegExp(`This clock is .*another tsntp \\(pid ${process.pid}\\)`));
    if (lock.kind === 'lock') lock.release();
    expect((await run()).stderr).not.toContain('another tsntp');
  });

  test('of two runs at once the second leaves the clock alone, also with --force and as rtc; a query goes on', async () => {
    const state = scratch();
    const { server, asked } = await serveSilence();
    const [answering] = await serve({});
    const first = start(['sync', '--state', state, '-t', '30', '--deadline', '60', server]);
    await asked;
    const second = ['sync', '-p', '1', '--state', state, answering!];
    expect((await tsntp(second)).stderr).toContain(`another tsntp (pid ${first.child.pid})`);
    expect((await tsntp([...second, '--force'])).code).toBe(6);
    for (const action of ['read', 'write']) {
      const { code, stderr } = await tsntp(['rtc', action, '--state', state]);
      const said = `tsntp: another tsntp (pid ${first.child.pid}) is running: wait until it ends\n`;
      expect({ code, stderr }).toEqual({ code: 6, stderr: said });
    }
    expect((await tsntp([...second, '-q'])).code).toBe(0);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(143);
    expect((await tsntp(second)).stderr).not.toContain('another tsntp');
  });
});

test('the table of exit codes has each code once, and an interrupted run ends by its signal', () => {
  const listed = EXIT_CODES.flatMap(([codes]) => codes.split(', ').map(Number));
  expect(listed).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 130, 143]);
  expect(exitCodeOf({ kind: 'interrupted' }, 'SIGINT')).toBe(130);
  expect(exitCodeOf({ kind: 'interrupted' }, 'SIGTERM')).toBe(143);
  expect(exitCodeOf({ kind: 'interrupted' }, undefined)).toBe(130);
});
