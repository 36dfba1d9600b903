// Real servers that report themselves as unsynchronized: dropped by name, exit 3, no offset.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chronyd, ntpsec, openntpd, PACKAGES, type RealServer } from '../support/real-server.ts';
import { describeWith, reportOf, tsntp } from './bench.ts';

describeWith(PACKAGES.chronyd, 'chronyd', () => {
  drops(() => chronyd({}));
});

describeWith(PACKAGES.ntpsec, "NTPsec's ntpd", () => {
  drops(() => ntpsec({}));
});

// The server drops root for its own user, which requires root.
describe.skipIf(process.getuid?.() !== 0)('as root', () => {
  describeWith(PACKAGES.openntpd, 'OpenNTPD', () => {
    drops(openntpd);
  });
});

function drops(start: () => Promise<RealServer>) {
  let server: RealServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());

  test('-d says "Server dropped: strata too high", exit 3', () => {
    const run = tsntp(['-d', `127.0.0.1:${server.port}`], server);
    expect(run.status).toBe(3);
    expect(run.stderr).toMatch(/^.*Server dropped: strata too high/m);
  });

  test('json: exit 3 and no offset', () => {
    const run = tsntp(['-q', '--format', 'json', `127.0.0.1:${server.port}`], server);
    expect(run.status).toBe(3);
    expect(reportOf(run).offset ?? null).toBeNull();
  });

  test('table: marked as unusable, with the reason', () => {
    const run = tsntp(['-q', '--format', 'table', `127.0.0.1:${server.port}`], server);
    expect(run.status).toBe(3);
    expect(run.stdout).toMatch(
      /^\? .* {2}unsynchronized\n\n127\.0\.0\.1(:\d+)?: server dropped: strata too high/m,
    );
  });

  test('classic: no server suitable for synchronization found', () => {
    const run = tsntp(['-q', '--format', 'classic', `127.0.0.1:${server.port}`], server);
    expect(run.status).toBe(3);
    expect(run.stdout).toMatch(/ tsntp\[\d+\]: no server suitable for synchronization found\n$/);
  });
}
