// Asked to set the clock, but without the right to: exit 4, nothing set, and what was measured is printed all the same.

import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chronyd, PACKAGES, type RealServer, withoutClockRights } from '../support/real-server.ts';
import { describeWith, reportOf, tsntp } from './bench.ts';

test('the bench takes the right to set the clock from what it runs', () => {
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

  // --force: the machine may have a time service of its own, which is not the point here.
  const sync = (format: string, { address, port }: RealServer) =>
    tsntp(['sync', '--force', '--format', format, `${address}:${port}`]);

  test.for(['slew', 'step'])('%s: exit 4, and the message names CAP_SYS_TIME', kind => {
    const { status, stderr } = sync('classic', kind === 'slew' ? honest : ahead);
    expect(status).toBe(4);
    expect(stderr).toContain('CAP_SYS_TIME');
  });

  test('json: the offset is there', () => {
    const run = sync('json', ahead);
    expect(run.status).toBe(4);
    expect(reportOf(run).offset).toBeCloseTo(1, 3);
  });

  test('table: the offset is there', () => {
    const { status, stdout } = sync('table', ahead);
    expect(status).toBe(4);
    expect(stdout).toMatch(/^\* +127\.0\.0\.1.* \+1\.000 s /m);
  });

  test('classic: the server and its offset are there', () => {
    const { status, stdout } = sync('classic', ahead);
    expect(status).toBe(4);
    expect(stdout).toMatch(/^server 127\.0\.0\.1, stratum 3, offset (1\.000|0\.999)\d{3}, delay 0\.\d{5}$/m);
    expect(stdout).not.toMatch(/adjust time|step time/);
  });
});
