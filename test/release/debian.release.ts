// The Debian package through installation, upgrade, removal and purge, in a root with nothing but dpkg's database.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifact, emptyRoot, type LonelyNetwork, openNetwork, VERSION } from './root.ts';

const work = mkdtempSync(join(tmpdir(), 'tsntp-deb-'));
let root: string;
let network: LonelyNetwork;

beforeAll(async () => {
  network = await openNetwork();
  root = emptyRoot('/bin/rm');
  for (const folder of ['info', 'updates'])
    mkdirSync(join(root, 'var/lib/dpkg', folder), { recursive: true });
  writeFileSync(join(root, 'var/lib/dpkg/status'), '');
  mkdirSync(join(root, 'etc/cron.d'), { recursive: true });
});
afterAll(() => {
  network.close();
  for (const folder of [root, work]) rmSync(folder, { recursive: true, force: true });
});

/** The root has the libraries, but not as packages. */
const FORCED = ['--force-depends', '--force-bad-path'];
const dpkg = (...args: readonly string[]) =>
  execFileSync('dpkg', ['--root', root, ...FORCED, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const tsntp = (...args: readonly string[]) =>
  network.run(['/usr/sbin/chroot', root, '/usr/bin/tsntp', ...args], { PATH: '/usr/bin:/bin' });

/** The files of the root but those of the test and of dpkg. */
function files(): readonly string[] {
  const found = execFileSync('find', ['.', '-not', '-type', 'd'], { cwd: root, encoding: 'utf8' });
  const paths = found.split('\n').filter(path => path !== '');
  return paths.filter(path => !/^\.\/(lib|lib64|bin|var\/lib\/dpkg|var\/log)\//.test(path)).sort();
}

/** The same package with a higher version. */
function newer(): string {
  const tree = join(work, 'newer');
  execFileSync('dpkg-deb', ['--raw-extract', artifact(`tsntp_${VERSION}_amd64.deb`), tree]);
  const control = readFileSync(join(tree, 'DEBIAN/control'), 'utf8');
  writeFileSync(join(tree, 'DEBIAN/control'), control.replace(/^Version: .*/m, 'Version: 99.0.0'));
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, join(work, 'newer.deb')]);
  return join(work, 'newer.deb');
}

describe('the Debian package', () => {
  it('is installed, and runs', () => {
    dpkg('--install', artifact(`tsntp_${VERSION}_amd64.deb`));
    expect(tsntp('--version')).toEqual({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
    expect(tsntp('-n', '--format', 'json', network.server).status).toBe(0);
  });

  it('has the manual page, the completions and the license where Debian looks for them', () => {
    const expected = [
      'man/man8/tsntp.8.gz',
      'bash-completion/completions/tsntp',
      'zsh/vendor-completions/_tsntp',
      'doc/tsntp/copyright',
    ];
    expect(files()).toEqual(expect.arrayContaining(expected.map(path => `./usr/share/${path}`)));
  });

  it('enables nothing: no unit, no cron line, nothing outside /usr', () => {
    expect(files().filter(path => !path.startsWith('./usr/') || /systemd|cron/.test(path))).toEqual([]);
  });

  it('keeps scheduled runs and the state over an upgrade', () => {
    mkdirSync(join(root, 'var/lib/tsntp'), { recursive: true });
    writeFileSync(join(root, 'var/lib/tsntp/state.json'), '{"version":1}');
    expect(tsntp('schedule', '--install', '--as', 'cron', '--', network.server).status).toBe(0);
    const before = files();
    dpkg('--install', newer());
    expect(files()).toEqual(before);
    expect(before.filter(path => path.startsWith('./etc/'))).not.toEqual([]);
  });

  it('is removed with its scheduled runs; only the state stays', () => {
    dpkg('--remove', 'tsntp');
    expect(files()).toEqual(['./var/lib/tsntp/state.json']);
  });

  it('is purged without leaving a file', () => {
    dpkg('--purge', 'tsntp');
    expect(files()).toEqual([]);
    expect(existsSync(join(root, 'var/lib/tsntp'))).toBe(false);
  });
});
