// The RPM through installation and removal, in a root with nothing but rpm's database.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifact, emptyRoot, type LonelyNetwork, openNetwork, VERSION } from './root.ts';

let root: string;
let network: LonelyNetwork;

beforeAll(async () => {
  network = await openNetwork();
  root = emptyRoot();
  mkdirSync(join(root, 'etc/cron.d'), { recursive: true });
});
afterAll(() => {
  network.close();
  rmSync(root, { recursive: true, force: true });
});

/** The root has the libraries, but not as packages. */
const rpm = (...args: readonly string[]) =>
  execFileSync('rpm', ['--root', root, '--nodeps', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const tsntp = (...args: readonly string[]) =>
  network.run(['/usr/sbin/chroot', root, '/usr/bin/tsntp', ...args], { PATH: '/usr/bin:/bin' });

/** The files of the root but those of the test and of rpm. */
function files(): readonly string[] {
  const found = execFileSync('find', ['.', '-not', '-type', 'd'], { cwd: root, encoding: 'utf8' });
  const paths = found.split('\n').filter(path => path !== '');
  return paths.filter(path => !/^\.\/(?:lib|lib64|bin)\/|\/rpm\/|\.rpmdb\//.test(path)).sort();
}

describe('the RPM', () => {
  it('is installed, runs, and enables nothing', () => {
    rpm('--install', artifact(`tsntp-${VERSION}-1.x86_64.rpm`));
    expect(tsntp('--version')).toEqual({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
    expect(tsntp('-n', '--format', 'json', network.server).status).toBe(0);
    expect(files()).toContain('./usr/share/man/man8/tsntp.8.gz');
    expect(files().filter(path => !path.startsWith('./usr/') || /systemd|cron/.test(path))).toEqual([]);
  });

  it('is removed with its scheduled runs, and leaves no file', () => {
    expect(tsntp('schedule', '--install', '--as', 'cron', '--', network.server).status).toBe(0);
    expect(files().filter(path => path.startsWith('./etc/'))).not.toEqual([]);
    rpm('--erase', 'tsntp');
    expect(files().filter(path => !path.startsWith('./var/lib/tsntp/'))).toEqual([]);
  });
});
