// Which servers are asked: of the command line, files, stdin, the environment, well-known files.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseServers, withDemands } from '../../../src/cli/arguments/chosen-servers.ts';
import { UsageError } from '../../../src/cli/arguments/usage-error.ts';
import { DEFAULT_LISTS } from '../../../src/sources/well-known.ts';
import { scratch, serve, tsntp } from '../../support/command.ts';

describe('where servers come from', () => {
  const hosts = (...choice: Parameters<typeof chooseServers>) =>
    chooseServers(...choice).servers.map(({ host }) => host);

  test('the command line and files add up; then nothing else is looked at', () => {
    const file = list('b.example\nc.example\n');
    expect(hosts(['a.example'], [file], 'd.example', [])).toEqual(['a.example', 'b.example', 'c.example']);
    expect(hosts([], [file, list('e.example')], 'd.example', [])).toEqual([
      'b.example',
      'c.example',
      'e.example',
    ]);
  });

  test('a name alone is a pool, and so is what --pool names; in a list its word counts', () => {
    const pools = (...choice: Parameters<typeof chooseServers>) =>
      chooseServers(...choice).servers.flatMap(({ host, pool }) => (pool ? [host] : []));
    expect(pools(['a.example'], [], '', [])).toEqual(['a.example']);
    expect(pools(['a.example', 'b.example', '0.pool.ntp.org'], [], '', [])).toEqual(['0.pool.ntp.org']);
    expect(pools(['a.example'], [], '', [], ['p.example', 'q.example:1123'])).toEqual([
      'p.example',
      'q.example',
    ]);
    expect(pools([], [], '', [], ['p.example'])).toEqual(['p.example']);
    expect(pools(['a.example'], [list('b.example')], '', [])).toEqual([]);
    expect(pools([], [], 'a.example', [])).toEqual(['a.example']);
    expect(pools([], [], 'a.example 1.pool.ntp.org', [])).toEqual(['1.pool.ntp.org']);
    expect(pools([], [], '', [list('a.example')])).toEqual([]);
    expect(pools([], [list('a.example\n2.pool.ntp.org')], '', [])).toEqual(['2.pool.ntp.org']);
    const words = 'server 0.pool.ntp.org\nserver a.example\npool b.example';
    expect(pools([], [list(words)], '', [])).toEqual(['b.example']);
  });

  test('an option in a list, or in a file that it includes, is an error: its limit would be lost', () => {
    const included = list('max-offset 60\nserver b.example\n');
    for (const file of [list('server a.example\nmax-offset 60\n'), list(`include ${included}\n`)])
      expect(() => hosts([], [file], '', [])).toThrow('"max-offset" is an option of tsntp');
  });

  test('the environment comes before well-known files; it separates by spaces or commas', () => {
    const chosen = chooseServers([], [], ' a.example, b.example:1234\tc.example', [list('d.example')]);
    expect(chosen.servers.map(({ host, port }) => `${host}:${port}`)).toEqual([
      'a.example:123',
      'b.example:1234',
      'c.example:123',
    ]);
    expect(chosen.foundIn).toBe('TSNTP_SERVERS');
  });

  test('of well-known files, the first that names any, and none after it', () => {
    const files = [join(scratch(), 'none'), list('# nothing'), list('d.example'), list('e.example')];
    const { servers, foundIn } = chooseServers([], [], '', files);
    expect(servers.map(({ host }) => host)).toEqual(['d.example']);
    expect(foundIn).toBe(files[2]);
  });

  test('a well-known file that is there and cannot be read is no absence', () => {
    const folder = scratch();
    const at = (name: string) => join(folder, name);
    symlinkSync(at('none'), at('dangling'));
    symlinkSync(at('circle'), at('circle'));
    const fifo = spawnSync('mkfifo', [at('fifo')]).status === 0;
    const broken: [string, RegExp][] = [
      [folder, /cannot be read: it is a directory/],
      [at('dangling'), /dangling: cannot be read: no such file/],
      [at('circle'), /circle: cannot be read: its symbolic links form a loop/],
      ...(fifo ? [[at('fifo'), /fifo: cannot be read: it is not a regular file/] as [string, RegExp]] : []),
    ];
    for (const [file, message] of broken) {
      expect(() => chooseServers([], [], '', [file, list('d.example')])).toThrow(UsageError);
      expect(() => chooseServers([], [], '', [file, list('d.example')])).toThrow(message);
    }
    expect(hosts([], [], '', [join(list(''), 'below-a-file'), list('d.example')])).toEqual(['d.example']);
  });

  test.runIf(process.platform !== 'win32')(
    'a well-known file that every user can write is not believed',
    () => {
      const file = list('d.example');
      chmodSync(file, 0o666);
      expect(() => chooseServers([], [], '', [file])).toThrow(
        /is writable by every user \(mode 0666\), so any user could name servers: chmod o-w it/,
      );
      expect(hosts([], [file], '')).toEqual(['d.example']);
    },
  );

  test('of limits in several lists, the stricter holds; an argument goes before them', () => {
    const a = list('server a.example\nminsources 2\nmaxdistance 3\n');
    const b = list('server b.example\nminsources 3\nmaxdistance 9\n');
    const { demands, notes } = chooseServers([], [a, b], '');
    expect(demands).toMatchObject({ minServers: { value: 3 }, maxDistance: { value: 3 } });
    expect(notes).toEqual([`${b}:2: minsources 3: holds`, `${a}:3: maxdistance 3: holds`]);
    expect(withDemands({}, demands)).toEqual({ minServers: 3, maxDistance: 3 });
    expect(withDemands({ minServers: 1, maxDistance: undefined }, demands)).toEqual({
      minServers: 1,
      maxDistance: 3,
    });
  });

  test('a well-known file that is broken is no silence', () => {
    expect(() => chooseServers([], [], '', [list('host:99999')])).toThrow(/:1: cannot read "host:99999"/);
  });

  test('the well-known files are those of tsntp first, then of ntpd, chronyd and timesyncd', () => {
    expect(DEFAULT_LISTS).toEqual([
      '/etc/tsntp.conf',
      '/etc/chrony/chrony.conf',
      '/etc/chrony.conf',
      '/etc/ntpsec/ntp.conf',
      '/etc/ntp.conf',
      '/etc/systemd/timesyncd.conf',
    ]);
  });

  test('there is no silent default', () => {
    expect(() => chooseServers([], [], '', ['/none'])).toThrow(
      /tsntp -q pool\.ntp\.org" \(-q only measures\)(.|\n)*looked in \/none/,
    );
  });
});

describe('a real run', () => {
  test('-f FILE, several of them, beside a server', async () => {
    const [a, b, c, d] = await serve({}, {}, {}, {});
    const conf = list(`driftfile /none\nserver ${c!.split(':')[0]} port ${c!.split(':')[1]} iburst\n`);
    const named = await asked(['-f', list(`# ours\n${a}\n`), '-f', list(b!), '--file', conf, d!]);
    expect(named.sort()).toEqual([a, b, c, d].sort());
  });

  test('-f takes one file, and what follows is a server', async () => {
    const [a, b] = await serve({}, {});
    expect((await asked(['-f', list(a!), b!])).sort()).toEqual([a, b].sort());
  });

  test('-f - is stdin', async () => {
    const [a, b] = await serve({}, {});
    expect((await asked(['-f', '-', b!], `${a}\n`)).sort()).toEqual([a, b].sort());
    expect(await asked(['-f-'], `${a}\n`)).toEqual([a]);
  });

  test('after -- all are servers', async () => {
    const [a, b] = await serve({}, {});
    expect((await asked([a!, '--', b!])).sort()).toEqual([a, b].sort());
    const { code, stderr } = await tsntp(['-q', '--', '-b']);
    expect(code).toBe(2);
    expect(stderr).toContain('"-b"');
  });

  test('TSNTP_SERVERS, unless the command line names one', async () => {
    const [a, b] = await serve({}, {});
    const env = { TSNTP_SERVERS: `${a}` };
    expect(await asked([], '', env)).toEqual([a]);
    expect(await asked([b!], '', env)).toEqual([b]);
  });

  test.each([
    ['/no/such/list', '/no/such/list: cannot be read: no such file'],
    ['/', '/: cannot be read: it is a directory'],
    ['/dev/null', '/dev/null: names no servers'],
    ['-', 'names no servers'],
  ])('-f %s: an error that says so', async (file, message) => {
    const { code, stdout, stderr } = await tsntp(['-q', '-f', file]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('a file that may not be read, beside a good server', async () => {
    const file = list('a.example');
    chmodSync(file, 0);
    // root may read it all the same
    const expected = process.getuid?.() === 0 ? 0 : 2;
    const [server] = await serve({});
    const { code } = await tsntp(['-q', '-t', '1', '-p', '1', '-f', file, server!]);
    expect(code).toBe(expected);
  });

  test('a bad line is named with file and line, and no server is asked', async () => {
    const file = list('127.0.0.1\nbad host\n');
    const { code, stderr } = await tsntp(['-q', '-f', file]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${file}:2: cannot read "bad host"`);
  });

  test('a skipped reference clock is noted with -v, and cron has nothing to mail', async () => {
    const [a] = await serve({});
    const [host, port] = a!.split(':');
    const file = list(`server 127.127.1.0\nserver ${host} port ${port}\n`);
    expect(await tsntp(['-q', '-p', '1', '-f', file])).toMatchObject({ code: 0, stderr: '' });
    expect(await tsntp(['-q', '-v', '-p', '1', '-f', file])).toMatchObject({
      code: 0,
      stderr: `${file}:1: 127.127.1.0 is a reference clock of ntpd, not a server: skipped\n`,
    });
  });
});

/** host:port of the servers that a query asked. */
async function asked(
  args: readonly string[],
  input = '',
  env: Record<string, string> = {},
): Promise<string[]> {
  const { stdout } = await tsntp(['-q', '-p', '1', '--format', 'json', ...args], { input, env });
  const { servers } = JSON.parse(stdout) as { servers: { address: string; port: number }[] };
  return servers.map(({ address, port }) => `${address}:${port}`);
}

function list(text: string): string {
  const folder = join(scratch(), 'lists');
  mkdirSync(folder);
  const file = join(folder, 'servers');
  writeFileSync(file, text);
  return file;
}
