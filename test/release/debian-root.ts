// This machine's release of Debian or Ubuntu as debootstrap makes it, in a folder: where packages are installed and judged.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { debianPackage } from '../support/debian-package.ts';

/** Every program in a root may do all that root may, but for setting the clock. */
const WITHOUT_CLOCK = ['--bounding-set', '-sys_time', '--inh-caps', '-sys_time', '--ambient-caps', '-all'];

/** Unpacks a fresh root with these packages, and returns its path. The first call fetches it into .cache, in minutes. */
export function debianRoot(...packages: readonly string[]): string {
  const cached = resolve('.cache/release/roots', `${[codename(), ...packages].join('+')}.tar`);
  if (!existsSync(cached)) fetchRoot(packages, cached);
  const root = mkdtempSync(join(tmpdir(), 'tsntp-debian-'));
  execFileSync('tar', ['--numeric-owner', '-C', root, '-xf', cached]);
  return root;
}

/** Runs a program in a root, as root. Throws if it fails; its message has what it said. */
export function runIn(root: string, ...command: readonly string[]): string {
  return run('chroot', root, ...command);
}

function fetchRoot(packages: readonly string[], cached: string): void {
  mkdirSync(dirname(cached), { recursive: true });
  const work = mkdtempSync(join(dirname(cached), '.fetching-'));
  const root = join(work, 'root');
  try {
    const debootstrap = join(debianPackage('debootstrap').root, 'usr');
    // It calls wget, which a small Debian lacks.
    const { root: wget, env } = debianPackage('wget');
    const variables = {
      ...env,
      DEBOOTSTRAP_DIR: join(debootstrap, 'share/debootstrap'),
      PATH: `${join(wget, 'usr/bin')}:/usr/sbin:/usr/bin:/sbin:/bin`,
    };
    const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    run(
      'env',
      ...settings,
      'sh',
      join(debootstrap, 'sbin/debootstrap'),
      '--variant=minbase',
      codename(),
      root,
      mirror(),
    );
    runIn(root, 'apt-get', '-qq', 'update');
    if (packages.length > 0) runIn(root, 'apt-get', '-qq', 'install', '--no-install-recommends', ...packages);
    runIn(root, 'apt-get', 'clean');
    run('tar', '--numeric-owner', '-C', root, '-cf', `${root}.tar`, '.');
    renameSync(`${root}.tar`, cached);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(...command: readonly string[]): string {
  const env = { ...process.env, TMPDIR: '/tmp', LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  return execFileSync('setpriv', [...WITHOUT_CLOCK, ...command], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 900_000,
    maxBuffer: 1 << 26,
  });
}

function codename(): string {
  return /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
}

/** The archive that apt on this machine fetches that release from. */
export function mirror(): string {
  const targets = execFileSync('apt-get', ['indextargets', '--format', '$(CODENAME) $(SITE)'], {
    encoding: 'utf8',
  });
  const lines = targets.split('\n').map(line => line.split(' '));
  const site = lines.find(([name]) => name === codename())?.[1];
  if (site === undefined) throw new Error(`apt has no archive of ${codename()}: see /etc/apt/sources.list`);
  return site;
}
