// -a, -k, --nts, --nts-ca: what becomes of servers, keys and trust, and each mistake by name.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AuthenticationArguments, authenticateServers } from '../../../src/cli/arguments/credentials.ts';
import { UsageError } from '../../../src/cli/arguments/usage-error.ts';
import { parseServerList } from '../../../src/sources/read.ts';
import { forge } from '../../support/certificates.ts';
import { scratch, tsntp } from '../../support/command.ts';

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

const list = (...lines: readonly string[]) => parseServerList(lines.join('\n'), 'ntp.conf');

describe('servers', () => {
  test('without any of it are as they were, and no file is read', async () => {
    const chosen = list('server a.example');
    expect(await authenticateServers(chosen, args({ keys: '/none' }))).toEqual({
      servers: chosen.servers,
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

describe('what a list says', () => {
  test('its key file is read, and that of -k in its place', async () => {
    const theirs = file('1 MD5 theirs\n');
    const ours = file('1 MD5 ours\n');
    const chosen = list(`keys ${theirs}`, 'server a.example key 1');
    const secretOf = async (given = {}) => {
      const { keys, servers } = await authenticateServers(chosen, args(given));
      expect(servers[0]).not.toHaveProperty('keyFile');
      return Buffer.from(keys.get(1)!.secret).toString();
    };
    expect(await secretOf()).toBe('theirs');
    expect(await secretOf({ keys: ours })).toBe('ours');
  });

  test('one number for two keys in two lists is refused', async () => {
    const [a, b] = [file('1 MD5 one\n'), file('1 MD5 two\n')];
    const servers = [a, b].flatMap(keys => list(`keys ${keys}`, 'server a.example key 1').servers);
    await expect(authenticateServers({ servers, demands: {} }, args())).rejects.toThrow(
      `key 1 differs between ${a}, ${b}: give the right file with -k FILE`,
    );
  });

  test('with authselectmode require, servers without authentication are not selected', async () => {
    const lines = ['authselectmode require', 'server a.example', 'server b.example nts'];
    const { servers } = await authenticateServers(list(...lines), args());
    expect(servers.map(({ noselect = false }) => noselect)).toEqual([true, false]);
    const all = await authenticateServers(list(...lines), args({ nts: true }));
    expect(all.servers.some(({ noselect }) => noselect)).toBe(false);
  });

  test('with authselectmode require and no authentication at all, it is a mistake', async () => {
    const chosen = list('authselectmode require', 'server a.example', 'server b.example nts noselect');
    await expect(authenticateServers(chosen, args())).rejects.toThrow(
      'ntp.conf:1: authselectmode require: no server has a key or NTS',
    );
  });

  test('a folder of certificates is read, and --nts-ca goes before it', async () => {
    const made = forge();
    const [a, b, ours] = ['A', 'B', 'C'].map(name => made.authority(name));
    const folder = scratch();
    writeFileSync(join(folder, 'a.pem'), a!.certificate);
    writeFileSync(join(folder, 'b.pem'), b!.certificate);
    writeFileSync(join(folder, 'note'), 'none');
    const chosen = list(`ntstrustedcerts ${folder}`, 'server a.example nts', 'server b.example');
    const { servers } = await authenticateServers(chosen, args());
    expect(servers.map(({ authorities }) => authorities)).toEqual([
      { ca: `${a!.certificate}\n${b!.certificate}`, system: true },
      undefined,
    ]);
    const given = await authenticateServers(chosen, args({ ntsCa: ours!.certificateFile }));
    expect({ nts: given.nts, authorities: given.servers[0]!.authorities }).toEqual({
      nts: { ca: ours!.certificate },
      authorities: undefined,
    });
    made.remove();
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
      `cannot read the keys in ${keys}: no such file; name another with -k FILE`,
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
    expect(message).toMatch(new RegExp(`^${keys}:2: unknown type of key 1`));
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
    expect(await refused({ nts: true, ntsCa })).toMatch(/it contains no PEM certificate/);
    expect(await refused({ nts: true, ntsCa: '/none' })).toBe('cannot read --nts-ca /none: no such file');
  });

  test('authorities are read', async () => {
    const made = forge();
    const { certificate, certificateFile } = made.authority('A');
    const given = args({ ntsCa: certificateFile, ntsIgnoreDates: true });
    expect((await authenticateServers({ servers: [], demands: {} }, given)).nts).toEqual({
      ca: certificate,
      ignoreDates: true,
    });
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
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/--key and --nts/) });
  });
});
