// Which servers are asked: of the command line, files, stdin, the environment, well-known files.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseServers } from '../../src/cli/servers.ts';
import { DEFAULT_LISTS } from '../../src/net/server-list.ts';
import { scratch, serve, tsntp } from '../support/command.ts';

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
    const files = [
      join(scratch(), 'none'),
      list('# nothing'),
      scratch(),
      list('d.example'),
      list('e.example'),
    ];
    const { servers, foundIn } = chooseServers([], [], '', files);
    expect(servers.map(({ host }) => host)).toEqual(['d.example']);
    expect(foundIn).toBe(files[3]);
  });

  test('a well-known file that is broken is no silence', () => {
    expect(() => chooseServers([], [], '', [list('host:99999')])).toThrow(/:1: cannot read "host:99999"/);
  });

  test('the well-known files are those of ntpd, chronyd and timesyncd, our own first', () => {
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
      /tsntp sync pool\.ntp\.org(.|\n)*looked in \/none/,
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
    ['/no/such/list', 'cannot read the server list /no/such/list: there is no such file'],
    ['/', 'cannot read the server list /: it is a folder'],
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

  test('a bad line is named with file and line, and nobody is asked', async () => {
    const file = list('127.0.0.1\nbad host\n');
    const { code, stderr } = await tsntp(['-q', '-f', file]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${file}:2: cannot read "bad host"`);
  });

  test('a skipped reference clock is noted', async () => {
    const [a] = await serve({});
    const [host, port] = a!.split(':');
    const file = list(`server 127.127.1.0\nserver ${host} port ${port}\n`);
    const { code, stderr } = await tsntp(['-q', '-p', '1', '-f', file]);
    expect({ code, stderr }).toEqual({
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
