// Setting the clock without permission: exit 4, nothing set, and the measurement is still printed.

import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chronyd, PACKAGES, type RealServer, withoutClockRights } from '../support/real-server.ts';
import { describeWith, reportOf, tsntp } from './bench.ts';

test('the bench runs commands without the right to set the clock', () => {
  const [program = '', ...args] = withoutClockRights(['cat', '/proc/self/status']);
  const { stdout } = spawnSync(program, args, { encoding: 'utf8' });
  const CAP_SYS_TIME = 1n << 25n;
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) {
    const capabilities = BigInt(`0x${new RegExp(`^${set}:\\s*(\\w+)$`, 'm').exec(stdout)?.[1]}`);
    expect(capabilities & CAP_SYS_TIME, set).toBe(0n);
  }
  expect(stdout).toMatch(/^NoNewPrivs:\s*1$/m);
});

describeWith(PACKAGES.chronyd, 'without CAP_SYS_TIME', () => {
  let honest: RealServer;
  let ahead: RealServer;
  beforeAll(async () => {
    honest = await chronyd({ stratum: 3 });
    ahead = await chronyd({ stratum: 3, ahead: 1 });
  });
  afterAll(async () => {
    await honest?.stop();
    await ahead?.stop();
  });

  // --force: this machine may run a time service of its own, which is irrelevant here.
  const sync = (format: string, { address, port }: RealServer) =>
    tsntp(['sync', '--force', '--format', format, `${address}:${port}`]);

  test.for(['slew', 'step'])('%s: exit 4, and the message names CAP_SYS_TIME', kind => {
    const { status, stderr } = sync('classic', kind === 'slew' ? honest : ahead);
    expect(status).toBe(4);
    expect(stderr).toContain('CAP_SYS_TIME');
  });

  test('json: the offset is reported', () => {
    const run = sync('json', ahead);
    expect(run.status).toBe(4);
    expect(reportOf(run).offset).toBeCloseTo(1, 3);
  });

  test('table: the offset is reported', () => {
    const { status, stdout } = sync('table', ahead);
    expect(status).toBe(4);
    expect(stdout).toMatch(/^\* +127\.0\.0\.1.* \+1\.000 s /m);
  });

  test('classic: the server and its offset are reported', () => {
    const { status, stdout } = sync('classic', ahead);
    expect(status).toBe(4);
    expect(stdout).toMatch(/^server 127\.0\.0\.1, stratum 3, offset (1\.000|0\.999)\d{3}, delay 0\.\d{5}$/m);
    expect(stdout).not.toMatch(/adjust time|step time/);
  });
});
