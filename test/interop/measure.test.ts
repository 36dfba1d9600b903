// One real server on this machine's own clock: the true offset is zero, and the stratum and refid are known.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { chronyd, ntpsec, PACKAGES, type RealServer } from '../support/real-server.ts';
import { describeWith, reportOf, tsntp, withoutIpv6 } from './bench.ts';

describeWith(PACKAGES.chronyd, 'chronyd', () => {
  measures(() => chronyd({ stratum: 3 }), { stratum: 3, refid: '127.127.1.1' });
});

describeWith(PACKAGES.ntpsec, "NTPsec's ntpd", () => {
  measures(() => ntpsec({ stratum: 5 }), { stratum: 5, refid: '127.0.0.1' });
});

function measures(
  start: () => Promise<RealServer>,
  says: { readonly stratum: number; readonly refid: string },
) {
  let server: RealServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());

  test.for([
    { family: 'IPv4', name: (port: number) => `127.0.0.1:${port}`, absent: false },
    { family: 'IPv6', name: (port: number) => `[::1]:${port}`, absent: withoutIpv6 },
  ])(
    'over $family: the offset within its bound and under 1 ms, stratum and refid right',
    (over, { skip }) => {
      skip(over.absent, 'this machine has no ::1');
      const run = tsntp(['-q', '--format', 'json', over.name(server.port)], server);
      expect(run).toMatchObject({ status: 0, stderr: '' });
      const report = reportOf(run);
      expect(Math.abs(report.offset)).toBeLessThanOrEqual(report.errorBound);
      expect(Math.abs(report.offset)).toBeLessThan(0.001);
      expect(report.servers).toMatchObject([says]);
    },
  );

  test('classic: the lines of ntpdate', () => {
    const run = tsntp(['-q', '--format', 'classic', `127.0.0.1:${server.port}`], server);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(
      new RegExp(
        `^server 127\\.0\\.0\\.1, stratum ${says.stratum}, offset -?0\\.\\d{6}, delay 0\\.\\d{5}\\n` +
          '[ \\d]\\d [A-Z][a-z]{2} \\d\\d:\\d\\d:\\d\\d tsntp\\[\\d+\\]: adjust time server 127\\.0\\.0\\.1 offset -?0\\.\\d{6} sec\\n$',
      ),
    );
  });

  test('table: one row, marked as the system peer, and no escape sequence in a pipe', () => {
    const run = tsntp(['-q', '--format', 'table', `127.0.0.1:${server.port}`], server);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(
      new RegExp(
        `^\\* +127\\.0\\.0\\.1\\S* +${says.refid.replaceAll('.', '\\.')} +${says.stratum} .* 4/4 *$`,
        'm',
      ),
    );
    expect(run.stdout).not.toContain('\u001b');
  });
}
