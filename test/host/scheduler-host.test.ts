// The schedulers of a machine: which there are, how their files are written, and the minute that its identity yields.

import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { machineMinute, minuteOf } from '../../src/host/machine-identity.ts';
import { installedPath, schedulerHost } from '../../src/host/scheduler-host.ts';
import { SchedulerFileError } from '../../src/schedule/schedule-outcome.ts';
import { onLinux, scratch } from '../support/command.ts';
import '../support/properties.ts';

const ID = '0123456789abcdef0123456789abcdef';
const ask = async () => '';

describe('the minute of a machine', () => {
  test('is from 1 to 59', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        expect(minuteOf(text)).toBeGreaterThanOrEqual(1);
        expect(minuteOf(text)).toBeLessThanOrEqual(59);
      }),
    );
  });

  test('differs between machines: a thousand of them use every minute', () => {
    const minutes = Array.from({ length: 1000 }, (_, i) => minuteOf(`machine ${i}`));
    expect(new Set(minutes).size).toBe(59);
  });

  test('follows from /etc/machine-id, or from that of D-Bus', async () => {
    const root = scratch();
    mkdirSync(join(root, 'etc'));
    mkdirSync(join(root, 'var/lib/dbus'), { recursive: true });
    writeFileSync(join(root, 'etc/machine-id'), `${ID}\n`);
    expect(await machineMinute('linux', root, ask)).toEqual({ minute: minuteOf(ID), unique: true });
    writeFileSync(join(root, 'etc/machine-id'), 'uninitialized\n');
    expect(await machineMinute('linux', root, ask)).toMatchObject({ unique: false });
    writeFileSync(join(root, 'var/lib/dbus/machine-id'), `${ID}\n`);
    expect(await machineMinute('linux', root, ask)).toEqual({ minute: minuteOf(ID), unique: true });
  });

  test.each([
    ['darwin', '  | |   "IOPlatformUUID" = "8A1B-22"\n', '8A1B-22'],
    ['win32', '\r\n    MachineGuid    REG_SZ    8a1b-22\r\n', '8a1b-22'],
  ])('follows from what %s answers', async (platform, answer, id) => {
    expect(await machineMinute(platform, '/', async () => answer)).toEqual({
      minute: minuteOf(id),
      unique: true,
    });
    expect(await machineMinute(platform, '/', async () => '')).toMatchObject({ unique: false });
  });
});

describe('the place of a scheduled file', () => {
  test.each([
    ['/etc/cron.d/tsntp', undefined, {}, '/etc/cron.d/tsntp'],
    ['/etc/cron.d/tsntp', '/mnt', {}, '/mnt/etc/cron.d/tsntp'],
    ['%ProgramFiles%\\tsntp', undefined, { ProgramFiles: 'D:\\Programs' }, 'D:\\Programs\\tsntp'],
    ['%ProgramFiles%\\tsntp', '/mnt', {}, '/mnt/Program Files/tsntp'],
  ])('%s in %s with %o is %s', (path, root, env, place) => {
    expect(installedPath(path, root, env).replaceAll('\\\\', '\\')).toBe(
      root === undefined ? place : join(...place.split('/').map(part => part || '/')),
    );
  });
});

function siteAt(root: string, platform = 'linux') {
  return schedulerHost({ root, platform, env: {}, findServices: async () => [] });
}

test('a folder of an image that is a link is read only where it stays in the image', () => {
  const [root, outside] = [scratch(), scratch()];
  for (const folder of [join(root, 'own'), join(outside, 'cron.d')]) mkdirSync(folder);
  symlinkSync('own', join(root, 'inside'));
  symlinkSync(outside, join(root, 'etc'));
  expect(siteAt(root).read('/inside/tsntp')).toEqual({ kind: 'absent' });
  expect(() => siteAt(root).read('/etc/cron.d/tsntp')).toThrow(/etc\/cron\.d leads out of the image/);
});

test('an image with systemd is for systemd, any other for cron', () => {
  const root = scratch();
  expect(siteAt(root).schedulers()[0]).toBe('cron');
  mkdirSync(join(root, 'usr/lib/systemd'), { recursive: true });
  writeFileSync(join(root, 'usr/lib/systemd/systemd'), '');
  expect(siteAt(root).schedulers()[0]).toBe('systemd');
});

test.each([
  ['darwin', 'launchd'],
  ['win32', 'windows'],
])('%s has %s', (platform, name) => {
  const site = schedulerHost({ platform, env: {}, findServices: async () => [] });
  expect(site.schedulers()[0]).toBe(name);
});

describe('scheduled files', () => {
  test.runIf(onLinux)('can be read by all and written by root alone, whatever the umask', () => {
    const root = scratch();
    const umask = process.umask(0o077);
    try {
      siteAt(root).write([{ path: '/job', text: 'a\n' }], []);
    } finally {
      process.umask(umask);
    }
    expect(lstatSync(join(root, 'job')).mode & 0o777).toBe(0o644);
    expect(readdirSync(root)).toEqual(['job']);
  });

  test('in UTF-16 begin with the mark of their byte order, and are read without it', () => {
    const root = scratch();
    const site = siteAt(root);
    site.write([{ path: '/job.xml', text: 'é\r\n', encoding: 'utf16le' }], []);
    expect([...readFileSync(join(root, 'job.xml'))]).toEqual([0xff, 0xfe, 0xe9, 0, 0x0d, 0, 0x0a, 0]);
    expect(site.read('/job.xml')).toEqual({ kind: 'file', text: 'é\r\n' });
  });

  test('are all written, or none', () => {
    const root = scratch();
    const site = siteAt(root);
    const files = [
      { path: '/job', text: 'a\n' },
      { path: '/missing/job', text: 'b\n' },
    ];
    expect(() => site.write(files, [])).toThrow(SchedulerFileError);
    expect(() => site.write(files, [])).toThrow(
      /missing\/job cannot be written: there is no .*missing; is this/,
    );
    expect(readdirSync(root)).toEqual([]);
  });

  test('that are a folder are not ours', () => {
    const root = scratch();
    mkdirSync(join(root, 'job'));
    expect(siteAt(root).read('/job')).toEqual({ kind: 'other' });
    expect(siteAt(root).read('/other')).toEqual({ kind: 'absent' });
  });
});

test.each([
  ['the unit itself', '/etc/systemd/system/tsntp.timer', true],
  ['the unit of a package', '/usr/lib/systemd/system/tsntp.timer', true],
  ['nothing, which masks the unit', '/dev/null', false],
  ['another unit', '/usr/lib/systemd/system/other.timer', false],
  ['a folder', '/usr/lib/systemd/tsntp.timer/other', false],
])('a link of systemd to %s', (_, target, linked) => {
  const root = scratch();
  const link = { path: '/wants/tsntp.timer', target: '/etc/systemd/system/tsntp.timer' };
  mkdirSync(join(root, 'wants'));
  expect(siteAt(root).isLinked(link)).toBe(false);
  symlinkSync(target, join(root, link.path));
  expect(siteAt(root).isLinked(link)).toBe(linked);
});

test('a scheduler command that fails is quoted with its output', async () => {
  const site = schedulerHost({ platform: 'linux', env: {}, findServices: async () => [] });
  const script = 'process.stderr.write("no such unit\\n"); process.exit(3)';
  expect(await site.run([process.execPath, '-e', script])).toMatch(/no such unit$/);
  expect(await site.run([process.execPath, '-e', ''])).toBeUndefined();
  expect(await site.run(['no-such-program-anywhere'])).toMatch(/there is no no-such-program-anywhere$/);
});

test('a time service is stopped for good', async () => {
  const findServices = async () => [
    { name: 'chronyd', pid: 7, stop: 'systemctl stop chrony' },
    { name: 'w32time', stop: 'net stop w32time' },
  ];
  const site = schedulerHost({ platform: 'linux', env: {}, findServices });
  expect(await site.otherServices()).toEqual([
    { name: 'chronyd', stop: 'systemctl disable --now chrony' },
    { name: 'w32time', stop: 'net stop w32time & sc config w32time start= disabled' },
  ]);
});
