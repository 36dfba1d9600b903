// -a, -k, --nts, --nts-ca: what becomes of servers, keys and trust, and each mistake by name.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AuthenticationArguments, authenticateServers } from '../../src/cli/authentication.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { parseServerList } from '../../src/net/server-list.ts';
import { forge } from '../support/certificates.ts';
import { scratch, tsntp } from '../support/command.ts';

const SECRET = 'vErY-sEcReT';
const posix = process.platform !== 'win32';

function file(text: string, mode = 0o600): string {
  const path = join(scratch(), 'ntp.keys');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const args = (given: Partial<AuthenticationArguments> = {}): AuthenticationArguments => ({
  key: undefined,
  keys: undefined,
  nts: undefined,
  ntsCa: undefined,
  ntsIgnoreDates: undefined,
  ntpVersion: undefined,
  ...given,
});

const list = (...lines: readonly string[]) => parseServerList(lines.join('\n'), 'ntp.conf').servers;

describe('servers', () => {
  test('without any of it are as they were, and no file is read', async () => {
    const servers = list('server a.example');
    expect(await authenticateServers(servers, args({ keys: '/none' }))).toEqual({
      servers,
      keys: new Map(),
      nts: {},
    });
  });

  test('have the key of their line, else that of -a; NTS comes before both', async () => {
    const servers = list('server a.example key 2', 'server b.example', 'server c.example nts');
    const keys = file(`1 MD5 one\n2 SHA1 two\n`);
    const all = await authenticateServers(servers, args({ key: 1, keys }));
    expect(all.servers.map(({ key, nts }) => nts ?? key)).toEqual([2, 1, true]);
    expect([...all.keys.keys()].sort()).toEqual([1, 2]);
  });

  test('have NTS by --nts; the port of host:port is that of the exchange', async () => {
    const servers = list('server a.example', 'server b.example:4461', 'server c.example ntsport 4462');
    const { servers: all } = await authenticateServers(servers, args({ nts: true }));
    expect(all.map(({ port, ntsPort, nts }) => ({ port, ntsPort, nts }))).toEqual([
      { port: 123, ntsPort: undefined, nts: true },
      { port: 123, ntsPort: 4461, nts: true },
      { port: 123, ntsPort: 4462, nts: true },
    ]);
  });

  test('of a chrony.conf have two ports', async () => {
    const servers = list('server a.example nts port 1123', 'server b.example nts port 1123 ntsport 4461');
    const { servers: all } = await authenticateServers(servers, args());
    expect(all).toMatchObject([
      { port: 1123, ntsPort: 4460 },
      { port: 1123, ntsPort: 4461 },
    ]);
  });
});

describe('a mistake is named:', () => {
  const refused = async (given: Partial<AuthenticationArguments>): Promise<string> => {
    const error = await authenticateServers(list('server a.example'), args(given)).catch(reason => reason);
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  };

  test('no key file', async () => {
    const keys = join(scratch(), 'none');
    expect(await refused({ key: 1, keys })).toBe(
      `cannot read the keys in ${keys}: there is no such file; name another with -k FILE`,
    );
  });

  test('a folder', async () => {
    const keys = join(scratch(), 'folder');
    mkdirSync(keys, { mode: 0o700 });
    expect(await refused({ key: 1, keys })).toMatch(/is not a regular file$/);
  });

  test('a key that is not there', async () => {
    const keys = file(`2 MD5 ${SECRET}`);
    expect(await refused({ key: 1, keys })).toBe(`${keys} has no key 1`);
  });

  test('a line that cannot be read, without the key', async () => {
    const keys = file(`# keys\n1 TIGER ${SECRET}`);
    const message = await refused({ key: 1, keys });
    expect(message).toMatch(new RegExp(`^${keys}:2: the type of key 1 is not known`));
    expect(message).not.toContain(SECRET);
  });

  test.runIf(posix).each([0o604, 0o644, 0o620, 0o602, 0o601])('mode 0%s', async mode => {
    const keys = file(`1 MD5 ${SECRET}`, mode);
    const octal = `0${mode.toString(8)}`;
    expect(await refused({ key: 1, keys })).toBe(
      `${keys} has secret keys and is open to others (mode ${octal}): chmod 600 it`,
    );
  });

  test.runIf(posix)('but a group may read, as the services of the distributions do', async () => {
    const keys = file(`1 MD5 ${SECRET}`, 0o640);
    expect((await authenticateServers(list('server a.example key 1'), args({ keys }))).keys.size).toBe(1);
  });

  test('NTS in an earlier version', async () => {
    expect(await refused({ nts: true, ntpVersion: 3 })).toBe('--ntp-version: NTS needs version 4, not 3');
  });

  test('authorities that are none', async () => {
    const ntsCa = file('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    expect(await refused({ nts: true, ntsCa })).toMatch(/this is no certificate in PEM/);
    expect(await refused({ nts: true, ntsCa: '/none' })).toBe(
      'cannot read --nts-ca /none: there is no such file',
    );
  });

  test('authorities are read', async () => {
    const made = forge();
    const { certificate, certificateFile } = made.authority('A');
    const given = args({ ntsCa: certificateFile, ntsIgnoreDates: true });
    expect((await authenticateServers([], given)).nts).toEqual({ ca: certificate, ignoreDates: true });
    made.remove();
  });
});

describe('the command', () => {
  test('ends with 2 where a key is not there, and does not show the others', async () => {
    const keys = file(`2 MD5 ${SECRET}`);
    const { code, stdout, stderr } = await tsntp(['-q', '-a', '1', '-k', keys, '127.0.0.1']);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `tsntp: ${keys} has no key 1\n`,
    });
  });

  test('takes a key or NTS', async () => {
    const { code, stderr } = await tsntp(['-q', '-a', '1', '--nts', '127.0.0.1']);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/key and nts/) });
  });
});
