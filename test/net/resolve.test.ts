import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { ResolveError, resolve } from '../../src/net/resolve.ts';

const never = new AbortController().signal;

test.each([
  ['192.0.2.1', undefined, 4],
  ['192.0.2.1', 4, 4],
  ['2001:db8::1', undefined, 6],
  ['fe80::1%eth0', 6, 6],
] as const)('the literal address %s is its own answer', async (host, family, expected) => {
  expect(await resolve(host, family, never)).toEqual([{ family: expected, address: host }]);
});

test.each(['::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:192.0.2.1'])(
  '%s is the IPv4 address within it, so that no server has two votes',
  async host => {
    expect(await resolve(host, undefined, never)).toEqual([{ family: 4, address: '192.0.2.1' }]);
    expect(await resolve(host, 4, never)).toEqual([{ family: 4, address: '192.0.2.1' }]);
    await expect(resolve(host, 6, never)).rejects.toMatchObject({ kind: 'no-address-of-family' });
  },
);

test('one IPv6 address has one text, however it is written', async () => {
  expect(await resolve('2001:DB8:0:0::1', undefined, never)).toEqual(
    await resolve('2001:db8::1', undefined, never),
  );
});

test.each([
  ['192.0.2.1', 6, '192.0.2.1 has an IPv4 address only, but IPv6 was requested'],
  ['2001:db8::1', 4, '2001:db8::1 has an IPv6 address only, but IPv4 was requested'],
] as const)('the literal address %s is none of IPv%i', async (host, family, message) => {
  const error = await resolve(host, family, never).catch(error => error);
  expect(error).toBeInstanceOf(ResolveError);
  expect(error).toMatchObject({ kind: 'no-address-of-family', message });
});

const linkLocal = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
  addresses.flatMap(one => (one.family === 'IPv6' && one.scopeid > 0 ? [{ name, scope: one.scopeid }] : [])),
)[0];

test.runIf(linkLocal)('a zone by its number and by its name are one address', async () => {
  const [byName] = await resolve(`fe80::1%${linkLocal?.name}`, undefined, never);
  const [byNumber] = await resolve(`FE80:0::1%${linkLocal?.scope}`, undefined, never);
  expect(byNumber).toEqual(byName);
});

test('many lookups share a signal without a warning', async () => {
  const warnings: Error[] = [];
  const keep = (warning: Error) => warnings.push(warning);
  process.on('warning', keep);
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 20 }, () => resolve('localhost', 4, signal)));
  await new Promise(setImmediate);
  process.off('warning', keep);
  expect(warnings).toEqual([]);
});

test('localhost is found', async () => {
  expect(await resolve('localhost', 4, never)).toContainEqual({ family: 4, address: '127.0.0.1' });
});

describe('an aborted lookup', () => {
  const busy = `
    const { pbkdf2 } = require('node:crypto');
    const { resolve } = require('./resolve.ts');
    let freed = 0;
    // Takes all the threads that getaddrinfo could run on.
    for (let i = 0; i < 4; i++) pbkdf2('x', 'y', 300_000, 64, 'sha512', () => { freed++; });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('deadline')), 5);
    resolve('localhost', undefined, controller.signal).then(
      () => console.log('resolved'),
      error => console.log(error.message, freed),
    );
  `;

  test('rejects at once, although the lookup goes on', () => {
    expect(runAlone(busy, [process.execPath])).toBe('deadline 0\n');
  });

  test('rejects with the reason of a signal that is aborted already', async () => {
    const reason = new Error('deadline');
    await expect(resolve('localhost', 4, AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(resolve('192.0.2.1', 4, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

const unshare = ['unshare', process.getuid?.() === 0 ? '-nm' : '-rnm'];
/** Whether this system lets a test put its own files in place of /etc/hosts. */
const namespaces = spawnSync(unshare[0]!, [...unshare.slice(1), 'true']).status === 0;

describe.runIf(namespaces)("with the system's files replaced and no network", () => {
  test.each([
    ['two.example', undefined, '4 192.0.2.1, 6 2001:db8::1'],
    ['two.example', 6, '6 2001:db8::1'],
    ['two.example', 4, '4 192.0.2.1'],
    ['four.example', 6, 'no-address-of-family'],
    ['six.example', 4, 'no-address-of-family'],
    ['mapped.example', undefined, '4 192.0.2.7'],
    ['mapped.example', 6, 'no-address-of-family'],
    ['none.example', undefined, 'not-found'],
    ['none.example', 4, 'not-found'],
  ] as const)('%s, family %s', (host, family, expected) => {
    expect(ask('files', host, family).split(', ').sort().join(', ')).toBe(expected);
  });

  test('hundreds of addresses: all of them, none twice', () => {
    const addresses = ask('files', 'many.example', 4).split(', ');
    expect(new Set(addresses).size).toBe(300);
    expect(addresses).toHaveLength(300);
  });

  test('no name server that answers is a temporary failure', () => {
    expect(ask('dns', 'two.example', undefined)).toBe('temporary');
  });
});

const HOSTS = [
  '192.0.2.1 two.example four.example',
  '192.0.2.1 two.example',
  '2001:db8::1 two.example six.example',
  '::ffff:192.0.2.7 mapped.example',
  ...Array.from({ length: 300 }, (_, i) => `10.0.${i >> 8}.${i & 255} many.example`),
  '10.0.0.0 many.example',
].join('\n');

/** What a process that sees these files gets: addresses, or the kind of the error. */
function ask(source: 'files' | 'dns', host: string, family: 4 | 6 | undefined): string {
  const script = `
    const { resolve } = require('./resolve.ts');
    resolve(${JSON.stringify(host)}, ${family}, new AbortController().signal).then(
      found => console.log(found.map(({ family, address }) => family + ' ' + address).join(', ')),
      error => console.log(error.kind),
    );
  `;
  const files = {
    hosts: HOSTS,
    'nsswitch.conf': `hosts: ${source}\n`,
    'resolv.conf': 'nameserver 192.0.2.53\n',
  };
  const folder = mkdtempSync(join(tmpdir(), 'etc-'));
  try {
    const mounts = Object.entries(files).map(([name, text]) => {
      writeFileSync(join(folder, name), text);
      return `mount --bind ${join(folder, name)} /etc/${name}`;
    });
    const setUp = `${mounts.join(' && ')} && exec "$@"`;
    return runAlone(script, [...unshare, 'sh', '-c', setUp, 'sh', process.execPath]).trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The output of a script that requires from src/net, run as `command FILE`. */
function runAlone(script: string, command: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'resolve-test-'));
  try {
    const outfile = join(folder, 'script.cjs');
    const stdin = { contents: script, resolveDir: join(import.meta.dirname, '../../src/net') };
    buildSync({ stdin, outfile, bundle: true, platform: 'node', format: 'cjs' });
    const { stdout, stderr } = spawnSync(command[0]!, [...command.slice(1), outfile], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    return stdout + stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
