// The RPM through installation, upgrade and removal, by rpm itself, in a root of Debian: its scripts find a shell and systemd's
// programs there. rpm's database is empty, so that the libraries are not looked for.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debianRoot, runIn } from './debian-root.ts';
import { added, enabledIn, filesOf } from './file-list.ts';
import { artifact, type LonelyNetwork, openNetwork, VERSION } from './root.ts';

const PACKAGE = `tsntp-${VERSION}-1.x86_64.rpm`;

const work = mkdtempSync(join(tmpdir(), 'tsntp-rpm-'));
const folders = [work];
let network: LonelyNetwork;
beforeAll(async () => {
  network = await openNetwork();
});
afterAll(() => {
  network.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The package of the same tree, with an earlier version. */
function earlier(): string {
  const which = { architecture: 'x86_64', version: '0.0.9' };
  const script = `
    import { rpmPackage } from ${JSON.stringify(resolve('scripts/release/red-hat.js'))};
    await rpmPackage(${JSON.stringify(work)}, ${JSON.stringify(work)}, ${JSON.stringify(which)});`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'pipe' });
  return join(work, 'tsntp-0.0.9-1.x86_64.rpm');
}

describe('the RPM', () => {
  let root: string;
  let before: readonly string[];
  beforeAll(() => {
    root = debianRoot('systemd', 'cron');
    folders.push(root);
    rpm('--initdb');
    // What a first boot enables without the package.
    preset();
    before = filesOf(root);
  }, 900_000);

  const rpm = (...args: readonly string[]) =>
    execFileSync('rpm', ['--root', root, ...args], { encoding: 'utf8', stdio: 'pipe' });
  const preset = () => runIn(root, 'systemctl', 'preset-all', '--preset-mode=enable-only');
  const tsntp = (...args: readonly string[]) =>
    network.run(['/usr/sbin/chroot', root, '/usr/bin/tsntp', ...args]);

  it('is installed, and runs', () => {
    rpm('--nodeps', '--install', earlier());
    expect(tsntp('--version')).toEqual({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
    expect(tsntp('-n', '--format', 'json', network.server).status).toBe(0);
    expect(added(root, before)).toContain('/usr/share/man/man8/tsntp.8.gz');
  }, 300_000);

  it('puts nothing outside /usr but its configuration, and enables nothing', () => {
    expect(added(root, before).filter(path => !path.startsWith('/usr/'))).toEqual(['/etc/tsntp.conf']);
    expect(enabledIn(root)).toEqual([]);
    preset();
    expect(enabledIn(root)).toEqual([]);
  });

  it('keeps runs, configuration and state over an upgrade', () => {
    writeFileSync(join(root, 'etc/tsntp.conf'), 'ntp.example\n');
    runIn(root, 'systemctl', 'enable', 'tsntp.timer');
    for (const scheduler of ['systemd', 'cron'])
      expect(tsntp('schedule', '--install', '--root', '/', '--as', scheduler).status).toBe(0);
    mkdirSync(join(root, 'var/lib/tsntp'));
    writeFileSync(join(root, 'var/lib/tsntp/state.json'), '{}');
    const files = filesOf(root);
    rpm('--nodeps', '--upgrade', artifact(PACKAGE));
    expect(rpm('--query', 'tsntp')).toBe(`tsntp-${VERSION}-1.x86_64\n`);
    expect(filesOf(root)).toEqual(files);
    expect(readFileSync(join(root, 'etc/tsntp.conf'), 'utf8')).toBe('ntp.example\n');
    expect(enabledIn(root)).toHaveLength(3);
  });

  it('is removed with its scheduled runs and its state; only a changed configuration is kept', () => {
    rpm('--nodeps', '--erase', 'tsntp');
    expect(enabledIn(root)).toEqual([]);
    expect(added(root, before)).toEqual(['/etc/tsntp.conf.rpmsave']);
  });

  it('leaves no file if the configuration was not changed', () => {
    rmSync(join(root, 'etc/tsntp.conf.rpmsave'));
    const files = filesOf(root);
    rpm('--nodeps', '--install', artifact(PACKAGE));
    rpm('--nodeps', '--erase', 'tsntp');
    expect(filesOf(root)).toEqual(files);
  });
});

describe('rpmlint', () => {
  let root: string;
  /** The project has no key for signatures; SHA256SUMS and the provenance stand for them. */
  const filters = "Filters = ['no-signature']\n";
  beforeAll(() => {
    root = debianRoot('rpmlint', 'rpm');
    folders.push(root);
    writeFileSync(join(root, 'filters.toml'), filters);
  }, 900_000);

  it.each(['x86_64', 'aarch64'])('finds no error in the package for %s', architecture => {
    const name = `tsntp-${VERSION}-1.${architecture}.rpm`;
    cpSync(artifact(name), join(root, name));
    const said = runIn(root, 'sh', '-c', `rpmlint --config /filters.toml /${name} || :`);
    expect(said).toContain('1 packages and 0 specfiles checked');
    expect(said.split('\n').filter(line => line.includes(': E: '))).toEqual([]);
  });
});
