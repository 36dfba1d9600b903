// The archive for linux-arm64 in a root of Debian's arm64 libraries, its Node emulated by qemu-user. The emulator calls this
// machine's kernel: nothing here may ask for the clock to be set.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debianPackage } from '../support/debian-package.ts';
import { type LonelyNetwork, openNetwork, PROBE, unpackInto, VERSION } from './root.ts';

const LIBRARIES = ['libc6', 'libstdc++6', 'libgcc-s1'];
let network: LonelyNetwork;
let root: string;
let folder: string;

beforeAll(async () => {
  network = await openNetwork();
  root = mkdtempSync(join(tmpdir(), 'tsntp-arm64-'));
  for (const deb of fetchLibraries()) execFileSync('dpkg-deb', ['--extract', deb, root]);
  const emulator = join(debianPackage('qemu-user-static').root, 'usr/bin/qemu-aarch64-static');
  cpSync(emulator, join(root, 'qemu'));
  folder = unpackInto(root, `tsntp-${VERSION}-linux-arm64`);
}, 300_000);
afterAll(() => {
  network.close();
  rmSync(root, { recursive: true, force: true });
});

/** Debian's packages for arm64, fetched once into .cache, with lists of their own. */
function fetchLibraries(): readonly string[] {
  const cache = resolve('.cache/release/debian-arm64');
  mkdirSync(join(cache, 'lists/partial'), { recursive: true });
  const found = () => readdirSync(cache).filter(name => name.endsWith('.deb'));
  if (found().length < LIBRARIES.length) {
    const places = [
      `Dir::State::Lists=${join(cache, 'lists')}`,
      `Dir::Cache=${cache}`,
      'APT::Sandbox::User=root',
    ];
    const architecture = ['APT::Architecture=arm64', 'APT::Architectures=arm64'];
    const options = ['-qq', ...[...places, ...architecture].flatMap(option => ['-o', option])];
    execFileSync('apt-get', [...options, 'update']);
    execFileSync('apt-get', [...options, 'download', ...LIBRARIES], { cwd: cache });
  }
  return found().map(name => join(cache, name));
}

const tsntp = (...args: readonly string[]) => {
  const program = [join(folder, 'lib/tsntp/node'), join(folder, 'lib/tsntp/bin/tsntp.js')];
  return network.run(['/usr/sbin/chroot', root, '/qemu', ...program, ...args]);
};

describe('the archive for linux-arm64, emulated, without network', () => {
  it('prints its version', () => {
    expect(tsntp('--version')).toMatchObject({ status: 0, stdout: `${VERSION}\n` });
  });

  it('measures', () => {
    const { status, stdout, stderr } = tsntp('-q', '--format', 'json', network.server);
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ result: 'queried' });
  });

  it('reads the clock through koffi', () => {
    const { stdout, stderr } = tsntp('status', '--format', 'json');
    expect(JSON.parse(stdout).result, stderr).toMatch(/^(?:un)?synchronized$/);
  });

  it('uses V8’s code for the scripts, which was made here', () => {
    writeFileSync(join(root, 'probe.cjs'), PROBE);
    const program = ['--require', '/probe.cjs', join(folder, 'lib/tsntp/bin/tsntp.js'), '--help'];
    const { stderr } = network.run([
      '/usr/sbin/chroot',
      root,
      '/qemu',
      join(folder, 'lib/tsntp/node'),
      ...program,
    ]);
    expect(stderr).toBe('entry.js undefined main.js false ');
  });

  it('without koffi’s binary names it', () => {
    rmSync(join(root, folder, 'lib/tsntp/build'), { recursive: true });
    expect(tsntp(network.server).stderr).toContain('its binary for linux-arm64 is missing');
  });
});
