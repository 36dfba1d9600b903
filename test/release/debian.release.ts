// The Debian package through installation, upgrade, removal and purge, in a running Debian: dpkg resolves its dependencies,
// and systemd runs its units.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BootedRoot, boot } from './booted-root.ts';
import { changedPackage, into, PACKAGE } from './changed-package.ts';
import { debianRoot, runIn } from './debian-root.ts';
import { added, enabledIn, filesOf } from './file-list.ts';
import { artifact, VERSION } from './root.ts';

const TIMER = 'tsntp.timer';
const WANTS = '/etc/systemd/system/timers.target.wants';

const work = mkdtempSync(join(tmpdir(), 'tsntp-deb-'));
const roots: string[] = [];
const systems: BootedRoot[] = [];
afterAll(async () => {
  for (const system of systems) await system.close();
  for (const folder of [...roots, work]) rmSync(folder, { recursive: true, force: true });
});

/** A fresh root with systemd and cron. */
function freshRoot(): string {
  const root = debianRoot('systemd', 'cron');
  roots.push(root);
  return root;
}

/** The package as an earlier version. */
function earlier(): string {
  return changedPackage(work, 'earlier', tree => {
    const control = join(tree, 'DEBIAN/control');
    writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*/m, 'Version: 0.0.9'));
  });
}

describe('the Debian package, in a running Debian', () => {
  let root: string;
  let system: BootedRoot;
  let before: readonly string[];
  const run = (...command: readonly string[]) => {
    const { status, stdout, stderr } = system.run(...command);
    expect(status, `${command.join(' ')}: ${stdout}${stderr}`).toBe(0);
    return stdout;
  };
  const show = (property: string, unit: string) =>
    run('systemctl', 'show', '--value', '--property', property, unit).trim();

  beforeAll(async () => {
    root = freshRoot();
    system = await boot(root);
    systems.push(system);
    into(root, earlier());
    before = filesOf(root);
  }, 900_000);

  it('is installed with what it depends on, and runs', () => {
    run('dpkg', '--install', '/tsntp.deb');
    expect(run('dpkg', '--status', 'tsntp')).toMatch(
      /^Status: install ok installed\nPriority: .*^Version: 0\.0\.9$/ms,
    );
    expect(run('tsntp', '--version')).toBe(`${VERSION}\n`);
    expect(run('tsntp', '-q', '--format', 'json', system.server)).toContain('"queried"');
  });

  it('has its files where Debian looks for them', () => {
    const share = [
      'man/man8/tsntp.8.gz',
      'bash-completion/completions/tsntp',
      'zsh/vendor-completions/_tsntp',
    ];
    expect(added(root, before)).toEqual(
      expect.arrayContaining([...share, 'doc/tsntp/copyright'].map(path => `/usr/share/${path}`)),
    );
  });

  it('puts nothing outside /usr but its configuration', () => {
    expect(added(root, before).filter(path => !path.startsWith('/usr/'))).toEqual(['/etc/tsntp.conf']);
  });

  it('enables nothing, and starts nothing', () => {
    expect(enabledIn(root)).toEqual([]);
    const units = run('systemctl', 'list-unit-files', '--no-legend', 'tsntp*');
    const states = units
      .trim()
      .split('\n')
      .map(line => line.split(/\s+/).slice(0, 2).join(' '));
    expect(states.sort()).toEqual([
      'tsntp-floor.service disabled',
      'tsntp-wait.service disabled',
      'tsntp.service static',
      'tsntp.timer disabled',
    ]);
    expect(show('ActiveState', TIMER)).toBe('inactive');
  });

  it('has the units of "tsntp schedule", but for the first line, also with its examples of a configuration', () => {
    run('sed', '-i', 's/^#\\([a-z]\\)/\\1/', '/etc/tsntp.conf');
    expect(readFileSync(join(root, 'etc/tsntp.conf'), 'utf8')).toMatch(/^ntp1\.example$/m);
    const { files } = JSON.parse(run('tsntp', 'schedule', '--as', 'systemd', '--format', 'json'));
    for (const { path, text } of files as readonly { readonly path: string; readonly text: string }[]) {
      const packaged = readFileSync(join(root, path.replace('/etc/', '/usr/lib/')), 'utf8');
      expect(packaged.split('\n').slice(1)).toEqual(text.split('\n').slice(1));
    }
    expect(files).toHaveLength(4);
  });

  it('says where to name servers if a unit runs without any', () => {
    run('sh', '-c', 'echo "# none" >/etc/tsntp.conf');
    expect(system.run('systemctl', 'start', 'tsntp.service').status).toBe(1);
    expect(show('ExecMainStatus', 'tsntp.service')).toBe('2');
    expect(run('journalctl', '--unit', 'tsntp.service', '--output', 'cat')).toMatch(
      /tsntp: no servers: .*\/etc\/tsntp\.conf/s,
    );
  });

  it('asks the servers of /etc/tsntp.conf in its unit, which here may not set the clock', () => {
    run('sh', '-c', `echo ${system.server} >/etc/tsntp.conf`);
    expect(system.run('systemctl', 'start', 'tsntp.service').status).toBe(1);
    expect(show('ExecMainStatus', 'tsntp.service')).toBe('4');
    expect(run('journalctl', '--unit', 'tsntp.service', '--output', 'cat')).toContain('CAP_SYS_TIME');
  });

  it('keeps runs, configuration and state over an upgrade', () => {
    run('systemctl', 'enable', '--now', TIMER);
    run('sh', '-c', 'mkdir -p /var/lib/tsntp && echo {} >/var/lib/tsntp/state.json');
    const files = filesOf(root);
    into(root, artifact(PACKAGE));
    run('dpkg', '--install', '/tsntp.deb');
    expect(filesOf(root)).toEqual(files);
    expect(readFileSync(join(root, 'etc/tsntp.conf'), 'utf8')).toBe(`${system.server}\n`);
    expect(show('ActiveState', TIMER)).toBe('active');
    expect(show('UnitFileState', TIMER)).toBe('enabled');
    expect(show('NeedDaemonReload', TIMER)).toBe('no');
  });

  it('gives way to "tsntp schedule --install", and is there again after --remove', () => {
    run('tsntp', 'schedule', '--install', '--every', '2h', '--', system.server);
    expect(show('FragmentPath', TIMER)).toBe(`/etc/systemd/system/${TIMER}`);
    expect(run('tsntp', 'schedule', '--install', '--every', '2h', '--', system.server)).toContain(
      'unchanged',
    );
    run('tsntp', 'schedule', '--remove');
    expect(enabledIn(root)).toEqual([]);
    expect(show('FragmentPath', TIMER)).toMatch(/^(?:\/usr)?\/lib\/systemd\/system\/tsntp\.timer$/);
    expect(show('ActiveState', TIMER)).toBe('inactive');
  });

  it('is removed with all scheduled runs; configuration and state stay', () => {
    run('systemctl', 'enable', '--now', TIMER);
    run('systemctl', 'enable', 'tsntp-wait.service');
    run('tsntp', 'schedule', '--install', '--as', 'cron', '--', system.server);
    expect(enabledIn(root)).toHaveLength(3);
    run('dpkg', '--remove', 'tsntp');
    expect(enabledIn(root)).toEqual([]);
    expect(run('systemctl', 'list-units', '--all', '--no-legend', 'tsntp*')).toBe('');
    const left = added(root, before);
    expect(left.filter(path => !path.startsWith('/var/lib/tsntp'))).toEqual(['/etc/tsntp.conf']);
    expect(left).toContain('/var/lib/tsntp/state.json');
  });

  it('is purged without leaving a file', () => {
    run('dpkg', '--purge', 'tsntp');
    expect(filesOf(root)).toEqual(before);
  });
});

describe('the Debian package, in an image that is not running', () => {
  let root: string;
  beforeAll(() => {
    root = freshRoot();
  }, 900_000);

  it('is not enabled by the presets of a first boot', () => {
    runIn(root, 'dpkg', '--install', into(root, artifact(PACKAGE)));
    runIn(root, 'systemctl', 'preset-all', '--preset-mode=enable-only');
    expect(enabledIn(root)).toEqual([]);
    expect(existsSync(join(root, 'etc/systemd/system/timers.target.wants'))).toBe(true);
  });

  it('takes back runs at its removal', () => {
    runIn(root, 'systemctl', 'enable', TIMER);
    for (const scheduler of ['systemd', 'cron'])
      runIn(root, 'tsntp', 'schedule', '--install', '--root', '/', '--as', scheduler, '--', 'ntp.example');
    expect(enabledIn(root)).toHaveLength(3);
    runIn(root, 'dpkg', '--remove', 'tsntp');
    expect(enabledIn(root)).toEqual([]);
    expect(existsSync(join(root, 'etc/systemd/system/tsntp.timer'))).toBe(false);
  });

  it('leaves the runs and the state of another copy at its removal and purge', () => {
    const clean = filesOf(root);
    runIn(root, 'dpkg', '--install', '/tsntp.deb');
    runIn(root, 'sh', '-c', 'cp -a /usr/lib/tsntp /usr/local/lib/ && cp /usr/bin/tsntp /usr/local/bin/');
    for (const scheduler of ['systemd', 'cron'])
      runIn(
        root,
        '/usr/local/bin/tsntp',
        'schedule',
        '--install',
        '--root',
        '/',
        '--as',
        scheduler,
        'ntp.example',
      );
    runIn(root, 'sh', '-c', 'mkdir -p /var/lib/tsntp && echo {} >/var/lib/tsntp/state.json');
    const own = added(root, clean).filter(path => /^\/(?:etc\/(?:cron|systemd)|usr\/local|var)/.test(path));
    expect(enabledIn(root)).toHaveLength(3);
    runIn(root, 'dpkg', '--remove', 'tsntp');
    runIn(root, 'dpkg', '--purge', 'tsntp');
    expect(added(root, clean)).toEqual(own);
  });

  it('takes back only its own runs if another copy has others', () => {
    runIn(root, 'dpkg', '--install', '/tsntp.deb');
    runIn(root, '/usr/bin/tsntp', 'schedule', '--install', '--root', '/', '--as', 'systemd', 'ntp.example');
    expect(enabledIn(root)).toHaveLength(3);
    expect(runIn(root, 'dpkg', '--purge', 'tsntp')).toContain(
      '/etc/cron.d/tsntp stays: it runs another copy',
    );
    expect(enabledIn(root)).toEqual(['/etc/cron.d/tsntp']);
    runIn(
      root,
      'sh',
      '-c',
      'rm -r /usr/local/lib/tsntp /usr/local/bin/tsntp /etc/cron.d/tsntp /var/lib/tsntp',
    );
  });

  it('is seen to enable a unit by mistake', () => {
    const mistaken = changedPackage(work, 'mistaken', tree => {
      mkdirSync(join(tree, WANTS), { recursive: true });
      symlinkSync(`/usr/lib/systemd/system/${TIMER}`, join(tree, WANTS, TIMER));
    });
    runIn(root, 'dpkg', '--install', into(root, mistaken));
    expect(enabledIn(root)).toEqual([join(WANTS, TIMER)]);
  });
});
