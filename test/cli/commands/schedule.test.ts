// `tsntp schedule` as users run it, in the root of an image: its output, its exit codes, its JSON.

import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch, tsntp } from '../../support/command.ts';

const ID = '00112233445566778899aabbccddeeff';

function image(): string {
  const root = scratch();
  for (const folder of ['etc/cron.d', 'etc/systemd/system'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'etc/machine-id'), `${ID}\n`);
  return root;
}

test('schedule prints the files, and writes none', async () => {
  const root = image();
  const { code, stdout } = await tsntp(['schedule', '--root', root, '--as', 'systemd', '--', 'ntp.example']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^# \/etc\/systemd\/system\/tsntp\.service\n/);
  expect(stdout).toMatch(/^ExecStart=\S+ \S+tsntp\.js sync ntp\.example$/m);
  expect(existsSync(join(root, 'etc/systemd/system/tsntp.service'))).toBe(false);
});

test('schedule --install reports that it installed, and the second time that nothing has changed', async () => {
  const args = ['schedule', '--root', image(), '--install', '--every', '30m', '--', 'ntp.example'];
  const first = await tsntp(args);
  expect(first).toMatchObject({ code: 0 });
  expect(first.stdout).toMatch(/^--- \/dev\/null\n\+\+\+ \/etc\/cron\.d\/tsntp\n\+# Written by/);
  expect(first.stdout).toMatch(/^installed \(cron, in the image\)$/m);
  expect(await tsntp(args)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^unchanged: /) });
});

test('schedule -n shows what would be installed', async () => {
  const root = image();
  const { code, stdout } = await tsntp(['schedule', '-n', '--root', root, '--', 'ntp.example']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/would be installed .*nothing was written\n$/);
  expect(existsSync(join(root, 'etc/cron.d/tsntp'))).toBe(false);
});

test('schedule never shows the id of the machine', async () => {
  const root = image();
  const { stdout, stderr } = await tsntp(['schedule', '--root', root, '--json', '--', 'ntp.example']);
  expect(stdout + stderr).not.toContain(ID);
});

test('schedule --install does not replace a file that tsntp did not write: exit code 5', async () => {
  const root = image();
  writeFileSync(join(root, 'etc/cron.d/tsntp'), '# mine\n');
  const { code, stderr } = await tsntp(['schedule', '--root', root, '--install', '--', 'ntp.example']);
  expect(code).toBe(5);
  expect(stderr).toContain('/etc/cron.d/tsntp was not written by tsntp');
  expect(readFileSync(join(root, 'etc/cron.d/tsntp'), 'utf8')).toBe('# mine\n');
});

test.each([
  ['cron', "etc/cron.d; if this is busybox's cron, add the hourly line to root's table"],
  ['systemd', 'etc/systemd/system; is this scheduler installed?'],
])('schedule --install without the folder of %s: exit code 4, and what to do', async (scheduler, advice) => {
  const install = ['schedule', '--root', scratch(), '--as', scheduler, '--install', '--', 'ntp.example'];
  const { code, stderr } = await tsntp(install);
  expect(code).toBe(4);
  expect(stderr).toMatch(/tsntp\S* cannot be written: there is no /);
  expect(stderr).toContain(advice);
});

test('an image whose /etc/tsntp.conf has only comments, as that of a package, has no servers', async () => {
  const root = image();
  const install = ['schedule', '--root', root, '--as', 'cron', '--install'];
  writeFileSync(join(root, 'etc/tsntp.conf'), '# ntp1.example\n');
  expect(await tsntp(install)).toMatchObject({ code: 2, stderr: expect.stringContaining('no servers') });
  writeFileSync(join(root, 'etc/tsntp.conf'), 'ntp1.example\n');
  expect((await tsntp(install)).code).toBe(0);
});

test('a link that leads out of the image is not followed', async () => {
  const [root, outside] = [scratch(), scratch()];
  symlinkSync(outside, join(root, 'etc'));
  mkdirSync(join(outside, 'cron.d'));
  for (const action of ['--install', '--remove']) {
    const words = action === '--install' ? ['--', 'ntp.example'] : [];
    const { code, stderr } = await tsntp(['schedule', '--root', root, '--as', 'cron', action, ...words]);
    expect(code).toBe(2);
    expect(stderr).toContain('leads out of the image');
  }
  expect(existsSync(join(outside, 'cron.d', 'tsntp'))).toBe(false);
});

test('an empty --root is refused', async () => {
  const { code, stderr } = await tsntp(['schedule', '--root', '', '--as', 'cron', '-n', '--', 'ntp.example']);
  expect(code).toBe(2);
  expect(stderr).toContain('--root: "" is not allowed');
});

test('schedule --json has the files and the outcome', async () => {
  const args = ['schedule', '--root', image(), '--install', '--json', '--', 'ntp.example'];
  const { stdout, code } = await tsntp(args);
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    command: 'schedule',
    exitCode: code,
    result: 'installed',
    scheduler: 'cron',
    files: [{ path: '/etc/cron.d/tsntp', change: 'added' }],
  });
});

test.each<[args: string[], message: RegExp]>([
  [['--every', '63', '--', 'a.example'], /--every: "63" is not allowed; give a number from 64 to/],
  [['--every', '50s', '--', 'a.example'], /--every: "50s" is not allowed; give a number from 64 to/],
  [['--every', '7h', '--as', 'cron', '--', 'a.example'], /cron runs at fixed minutes.*7h.*give 2, 3/],
  [['--install', '--remove'], /exclude each other/],
  [['--as', 'at'], /one of systemd, cron, launchd, windows/],
  [['--max-offset', '60'], /write the options of sync after --/],
  [['--', '-q', 'a.example'], /no run would set the clock/],
])('%j is a usage error', async (args, message) => {
  const { code, stderr } = await tsntp(['schedule', ...args]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
});
