// Symmetric keys with real servers: authenticates with every key type that each server supports, and rejects everything
// else.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chronyd, ntpsec, PACKAGES, type RealServer } from '../support/real-server.ts';
import { describeWith, type Report, reportOf, tsntp } from './bench.ts';

const SECRET = '000102030405060708090a0b0c0d0e0f10111213';
const KEYS: Readonly<Record<number, readonly [type: string, secret: string]>> = {
  1: ['MD5', 'opensesame'],
  2: ['SHA1', SECRET],
  3: ['SHA256', `${SECRET}aabb`],
  4: ['SHA384', `${SECRET}aabbcc`],
  5: ['SHA512', `${SECRET}aabbccdd`],
  6: ['AES128CMAC', SECRET.slice(0, 32)],
  7: ['AES256CMAC', `${SECRET}${SECRET}`.slice(0, 64)],
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsntp-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function keyFile(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
}

/** The key file in the formats of ntpd and chronyd. */
const ntpKeys = () =>
  Object.entries(KEYS).map(([id, [type, secret]]) => `${id} ${type.replace('256CMAC', '-256')} ${secret}`);
const chronyKeys = () =>
  Object.entries(KEYS).map(([id, [type, secret]]) => {
    const prefix = /^[\da-f]{32,}$/.test(secret) ? 'HEX:' : 'ASCII:';
    return `${id} ${type.replace('CMAC', '')} ${prefix}${secret}`;
  });

interface AuthenticatedReport extends Report {
  readonly servers: (Report['servers'][number] & {
    readonly authenticated: boolean;
    readonly authentication?: object;
    readonly reason?: string;
    readonly rejections: readonly { readonly kind: string }[];
  })[];
}

describeWith(PACKAGES.chronyd, 'chronyd', () => {
  let server: RealServer;
  let file: string;
  beforeAll(async () => {
    file = keyFile('chrony.keys', chronyKeys());
    server = await chronyd({ stratum: 3, config: [`keyfile ${file}`] });
  });
  afterAll(() => server?.stop());

  authenticates(() => ({ server, file }), [1, 2, 3, 4, 5, 6, 7], [4, 3]);
  rejects(() => ({ server, file }));
});

describeWith(PACKAGES.ntpsec, "NTPsec's ntpd", () => {
  let server: RealServer;
  let file: string;
  beforeAll(async () => {
    file = keyFile('ntp.keys', ntpKeys());
    server = await ntpsec({ stratum: 5, config: [`keys ${file}`, 'trustedkey 1 2 3 4 5 6 7'] });
  });
  afterAll(() => server?.stop());

  authenticates(() => ({ server, file }), [1, 2, 3, 4, 5, 6, 7], [4]);
  // NTPsec's MACs have at most 20 bytes of digest in any version; chronyd truncates only in version 4.
  authenticates(() => ({ server, file }), [1, 2, 6, 7], [3]);
  rejects(() => ({ server, file }));
});

type Bench = () => { readonly server: RealServer; readonly file: string };

function ask(bench: Bench, id: number, file: string, ...more: readonly string[]) {
  const { server } = bench();
  const options = ['-q', '-p', '2', '-t', '1', '--format', 'json', '-a', String(id), '-k', file, ...more];
  const run = tsntp([...options, `127.0.0.1:${server.port}`], server);
  return { ...run, report: reportOf(run) as AuthenticatedReport };
}

function authenticates(bench: Bench, ids: readonly number[], versions: readonly number[]): void {
  test.each(ids.flatMap(id => versions.map(version => ({ type: KEYS[id]![0], id, version }))))(
    'authenticates with $type in version $version',
    ({ id, version }) => {
      const { status, report } = ask(bench, id, bench().file, '-o', String(version));
      expect(report.servers).toMatchObject([
        { authenticated: true, authentication: { keyId: id }, rejections: [] },
      ]);
      expect(status).toBe(0);
    },
  );

  test('the table names the key', () => {
    const { server, file } = bench();
    const args = ['-q', '-p', '1', '--format', 'table', '-a', '2', '-k', file, `127.0.0.1:${server.port}`];
    expect(tsntp(args, server).stdout).toMatch(/^ +remote +auth .*\n\* +127\.0\.0\.1\S* +key 2 /m);
  });
}

/** Both servers stay silent where they could send a crypto-NAK. */
function rejects(bench: Bench): void {
  describe('rejects replies', () => {
    test('from a server without the key', () => {
      const { status, report } = ask(bench, 9, keyFile('nine', [`9 SHA1 ${SECRET}`]));
      expect(report.servers).toMatchObject([
        { authenticated: false, reason: expect.stringMatching(/^no reply/) },
      ]);
      expect(status).toBe(3);
    });

    test('from a server with another key of the same number', () => {
      const { status, report } = ask(bench, 2, keyFile('other', ['2 SHA1 other']));
      expect(report.servers).toMatchObject([
        { authenticated: false, reason: expect.stringMatching(/^no reply/) },
      ]);
      expect(status).toBe(3);
    });
  });

  test('a key file that is readable by other users is refused', () => {
    const { server, file } = bench();
    const open = keyFile('open', [`2 SHA1 ${SECRET}`]);
    chmodSync(open, 0o644);
    const run = tsntp(['-q', '-a', '2', '-k', open, `127.0.0.1:${server.port}`], server);
    expect(run).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/is open to others \(mode 0644\)/),
    });
    expect(file).not.toBe(open);
  });
}
