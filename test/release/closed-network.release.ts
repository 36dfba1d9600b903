// The commands of "Without internet" in README.md, and those of docs/install.md for an archive, as they are written: from
// the archive on a USB stick to scheduled runs that measure, and back, without network and without Node.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debianPackage } from '../support/debian-package.ts';
import { artifact, type Ended, emptyRoot, type LonelyNetwork, openNetwork, VERSION } from './root.ts';

const ARCHIVE = `tsntp-${VERSION}-linux-x64.tar.gz`;
/** The time servers in the documents. */
const SERVERS = ['10.1.0.1', '10.1.0.2', '10.1.0.3', '10.1.0.4'];
const PATH = '/usr/local/bin:/usr/bin:/bin';
const README = readFileSync('README.md', 'utf8');
const INSTALL = readFileSync('docs/install.md', 'utf8');
const roots: string[] = [];
let network: LonelyNetwork;

beforeAll(async () => {
  network = await openNetwork(...SERVERS);
});
afterAll(() => {
  network.close();
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

/** The commands of the first block of a section, in the language of that shell. */
function commandsOf(text: string, heading: string, shell: 'sh' | 'bat' = 'sh'): readonly string[] {
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  const block = new RegExp(`\`\`\`${shell}\\n(.*?)\`\`\``, 's').exec(section)?.[1];
  if (block === undefined) throw new Error(`no commands under "${heading}"`);
  return block.trim().split('\n');
}

/** An empty root with a USB stick, on which the archive is, and with the folders of a small Linux. */
function machine(...programs: readonly string[]): string {
  const root = emptyRoot(...programs);
  roots.push(root);
  for (const folder of ['usb', 'etc', 'usr/local/bin', 'run', 'var/spool/cron/crontabs'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const file of [ARCHIVE, 'SHA256SUMS']) copyFileSync(artifact(file), join(root, 'usb', file));
  // Everything runs as root here.
  writeFileSync(join(root, 'bin/sudo'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  return root;
}

/** Runs a line as it would be typed in the folder of the USB stick. */
function type(root: string, line: string, env: Readonly<Record<string, string>> = {}): Ended {
  return network.run(['/usr/sbin/chroot', root, '/bin/sh', '-c', `cd /usb && ${line}`], { PATH, ...env });
}

/** Runs a line, which must succeed, and returns what it printed. */
function succeed(root: string, line: string, env: Readonly<Record<string, string>> = {}): string {
  const { status, stdout, stderr } = type(root, line, env);
  expect(status, `${line}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

/** All paths of a root, but for what a run writes. */
function pathsOf(root: string): readonly string[] {
  const found = execFileSync('find', ['.', '-not', '-type', 'd'], { cwd: root, encoding: 'utf8' });
  return found.trim().split('\n').sort();
}

/** What runs of these times do; a rehearsal, as the machine of the test may not be set. */
const REHEARSED = { TSNTP_DRY_RUN: '1' };

/** Runs the command of a cron table's line against the servers; it must find them, and would set the clock. */
function expectJob(root: string, line: string): void {
  const command = line.replace(/^(?:\S+ ){5}(?:root )?/, '');
  expect(command).toContain(' sync ');
  expect(succeed(root, command.replace(' --quiet ', ' '), REHEARSED)).toMatch(
    / would (?:adjust|step) time server 10\.1\./,
  );
}

describe('the commands in README.md, in an empty root', () => {
  const commands = commandsOf(README, 'Without internet');
  let root: string;
  let before: readonly string[];

  beforeAll(() => {
    root = machine('/bin/tar', '/bin/gzip', '/bin/rm');
    mkdirSync(join(root, 'etc/cron.d'));
    chmodSync(join(root, 'usr/local/bin'), 0o2775);
    before = pathsOf(root);
  });

  it('are three: unpack, measure, schedule', () => {
    expect(commands.map(line => line.replace('sudo ', '').split(' ').slice(0, 2).join(' '))).toEqual([
      'tar -C',
      'tsntp -q',
      'tsntp schedule',
    ]);
  });

  it('install the command, and leave folders that others share as they are', () => {
    succeed(root, commands[0]!);
    expect(succeed(root, 'tsntp --version')).toBe(`${VERSION}\n`);
    expect(statSync(join(root, 'usr/local/bin')).mode & 0o7777).toBe(0o2775);
  });

  it('measure', () => {
    const shown = succeed(root, commands[1]!);
    for (const server of SERVERS) expect(shown).toContain(`server ${server}, stratum 1, `);
  });

  it('lead to a job of cron that would set the clock', () => {
    expect(succeed(root, commands[2]!)).toMatch(/^installed \(cron\)$/m);
    const [job = ''] = readFileSync(join(root, 'etc/cron.d/tsntp'), 'utf8').match(/^\d.*$/m) ?? [];
    expectJob(root, job);
  });

  it('survive an upgrade, and uninstall', () => {
    const scheduled = readFileSync(join(root, 'etc/cron.d/tsntp'), 'utf8');
    succeed(root, commands[0]!);
    expect(readFileSync(join(root, 'etc/cron.d/tsntp'), 'utf8')).toBe(scheduled);
    for (const line of commandsOf(INSTALL, 'Uninstall')) succeed(root, line);
    expect(pathsOf(root).filter(path => !/^\.\/(?:run|tmp)\//.test(path))).toEqual(before);
  });
});

it('the commands in README.md for Windows name files of its archive', () => {
  const [archive = '', ...commands] = commandsOf(README, 'Without internet', 'bat');
  const listed = execFileSync('zip', ['-sf', artifact(archive.replace('tar -xf ', ''))], {
    encoding: 'utf8',
  });
  const files = listed.split('\n').map(line => line.trim());
  for (const command of commands) expect(files).toContain(command.split(' ')[0]!.replaceAll('\\', '/'));
});

describe('the commands in docs/install.md for a board with busybox', () => {
  const commands = commandsOf(INSTALL, 'A board with busybox');
  /** Jobs of the user's own, which stay. */
  const BEFORE = '0 3 * * * /bin/backup\n0 4 * * * cp /var/lib/tsntp/drift.json /mnt\n';
  let root: string;

  beforeAll(() => {
    root = machine();
    cpSync(join(debianPackage('busybox-static').root, 'bin/busybox'), join(root, 'bin/busybox'));
    for (const name of ['tar', 'gzip', 'sed', 'crontab', 'grep', 'rm', 'sha256sum', 'cat'])
      symlinkSync('busybox', join(root, 'bin', name));
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n');
    writeFileSync(join(root, 'var/spool/cron/crontabs/root'), BEFORE, { mode: 0o600 });
  });

  const table = () => readFileSync(join(root, 'var/spool/cron/crontabs/root'), 'utf8');

  it('check the copy, as the page says', () => {
    expect(succeed(root, commandsOf(INSTALL, 'Check the copy')[0]!)).toBe(`${ARCHIVE}: OK\n`);
  });

  it('install the command, and a job that would set the clock', () => {
    for (const line of commands) succeed(root, line);
    expect(table().startsWith(BEFORE)).toBe(true);
    const [job, ...rest] = table().slice(BEFORE.length).trim().split('\n');
    expect(rest).toEqual([]);
    expectJob(root, job!);
  });

  it('may be repeated: the table then has one job all the same', () => {
    const once = table();
    for (const line of commands) succeed(root, line);
    expect(table()).toBe(once);
  });

  it('make a script for the boot that does not wait', () => {
    const script = readFileSync(join(root, 'etc/tsntp-boot'), 'utf8');
    expect(script).toMatch(/^#!\/bin\/sh\n\{ \S+ \S+ rtc floor .* \} &\n$/);
    expect(succeed(root, `${script.trim().split('\n')[1]} wait`, REHEARSED)).toBe('');
  });

  it('are taken back by those of the table', () => {
    const [, cell = ''] = /^\| busybox \| (.*?) \| `rm -rf/m.exec(INSTALL) ?? [];
    const lines = [...cell.matchAll(/`([^`]+)`/g)].map(([, line = '']) => line.replaceAll('\\|', '|'));
    expect(lines).toHaveLength(2);
    for (const line of lines) succeed(root, line);
    expect(table()).toBe(BEFORE);
    expect(existsSync(join(root, 'etc/tsntp-boot'))).toBe(false);
  });
});
