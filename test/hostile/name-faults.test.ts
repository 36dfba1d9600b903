// Faults of names: a name server that fails, is slow, is silent, or lies, and addresses that lead nowhere. Each test
// checks the exit code, the message, one vote per address, and an end by the deadline.

import { spawn } from 'node:child_process';
import { once as event } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { debianPackage } from '../support/debian-package.ts';
import { counted } from './bench.ts';
import { entering, isolated, PACE, withoutNamespaces } from './faults.ts';

describe.skipIf(withoutNamespaces)('names', () => {
  let within: readonly string[] = [];
  let stop = () => {};
  let resolver = '';
  const one = 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n';
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsntp-names-'));
    const script = join(folder, 'names.mjs');
    buildSync({
      entryPoints: [join(import.meta.dirname, 'names.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['koffi'],
    });
    symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
    resolver = join(folder, 'resolv.conf');
    writeFileSync(resolver, one);
    writeFileSync(join(folder, 'nsswitch.conf'), 'hosts: dns\n');
    const busybox = join(debianPackage('busybox-static').root, 'bin/busybox');
    const setUp = [
      `${busybox} ifconfig lo up`,
      `${busybox} ip -6 route add fd00::/64 dev lo`,
      `mount --bind ${resolver} /etc/resolv.conf`,
      `mount --bind ${join(folder, 'nsswitch.conf')} /etc/nsswitch.conf`,
      `exec ${process.execPath} ${script}`,
    ];
    const child = spawn(isolated[0]!, [...isolated.slice(1), 'sh', '-c', setUp.join(' && ')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = event(child, 'exit');
    stop = () => {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    };
    const ready = event(createInterface({ input: child.stdout }), 'line');
    await Promise.race([ready, exited.then(() => Promise.reject(new Error('the name server ended')))]);
    within = entering(child.pid!);
  });
  afterAll(() => stop());

  function ask(...args: readonly string[]) {
    return counted([...PACE, ...args], { within });
  }

  test.each(['good.test', 'slow.test', 'zero.test', 'mapped.test', 'many-and-good.test'])(
    '%s: found',
    async name => {
      const { code, report, attempts = 1 } = await ask(name);
      expect(report.servers.every(({ sent }) => sent <= 2)).toBe(true);
      expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
      expect({ code, attempts }).toEqual({ code: 4, attempts: 1 });
    },
  );

  test.each([
    ['missing.test', /no address found/],
    ['empty.test', /no address found/],
    ['refused.test', /no name server answered/],
    ['failing.test', /no name server answered/],
    ['loop.test', /missing|no address found|no name server answered|cannot look up/],
    ['ping.test', /no address found|no name server answered|cannot look up/],
    ['garbage.test', /no address found|no name server answered|cannot look up|in time/],
    ['huge-count.test', /no address found|no name server answered|cannot look up|in time/],
    ['silent.test', /no name server answered|in time/],
  ])('%s: exit 3 and the reason', async (name, says) => {
    const { code, report, attempts = 0 } = await ask('--deadline=8', name);
    expect(report.servers[0]).toMatchObject({ verdict: 'not-resolved', reason: expect.stringMatching(says) });
    expect({ code, attempts }).toEqual({ code: 3, attempts: 0 });
  });

  test('hundreds of addresses: four are queried', async () => {
    const { code, report } = await ask('many.test');
    expect(report.servers).toHaveLength(4);
    expect(code).toBe(3);
  });

  test('a name twice, in two cases, and its address: one vote', async () => {
    const { report } = await ask('good.test', 'GOOD.test', 'mapped.test', '127.0.0.1');
    expect(report.servers.filter(({ sent }) => sent > 0)).toHaveLength(1);
  });

  test('the survey does not wait long for a silent name if good servers answer', async () => {
    writeFileSync(resolver, 'nameserver 127.0.0.53\noptions timeout:30 attempts:5\n');
    try {
      const { code, report } = await ask('--deadline=12', 'silent.test', '127.0.0.1');
      expect(report.servers.map(({ verdict }) => verdict)).toEqual(['not-resolved', 'system-peer']);
      expect(code).toBe(4);
    } finally {
      writeFileSync(resolver, one);
    }
  }, 25_000);

  test('the first name server is dead: the second answers', async () => {
    writeFileSync(resolver, 'nameserver 127.0.0.53\nnameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
    try {
      expect((await ask('good.test')).code).toBe(4);
    } finally {
      writeFileSync(resolver, one);
    }
  });

  test('the only name server is dead: the deadline holds', async () => {
    writeFileSync(resolver, 'nameserver 127.0.0.53\noptions timeout:30 attempts:5\n');
    try {
      const { code, report } = await ask('--deadline=2', 'good.test');
      expect(report.servers[0]!.verdict).toBe('not-resolved');
      expect(code).toBe(3);
    } finally {
      writeFileSync(resolver, one);
    }
  }, 20_000);

  test('IPv6 is a black hole: IPv4 answers', async () => {
    const { code, report } = await ask('black-hole-and-good.test');
    expect(report.servers.some(({ verdict }) => verdict === 'system-peer')).toBe(true);
    expect(code).toBe(4);
  });

  test('IPv6 has no route: IPv4 answers immediately', async () => {
    const { code } = await ask('nowhere-and-good.test');
    expect(code).toBe(4);
  });

  test('a black hole alone: exit 3', async () => {
    const { code, report } = await ask('[fd00::bad]');
    expect(report.servers[0]!.verdict).toBe('no-reply');
    expect(code).toBe(3);
  });

  test.each([
    ['broadcast.test', /not permitted|no route/],
    ['multicast.test', /no route|no reply/],
  ])('%s: exit 3 and the reason', async (name, says) => {
    const { code, report } = await ask(name);
    expect(report.servers[0]!.reason).toMatch(says);
    expect(code).toBe(3);
  });
});
