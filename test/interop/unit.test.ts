// Checks the systemd units of the README with systemd's own tools: they are valid, and the service gets little more
// than the right to set the clock.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { debianPackage } from '../support/debian-package.ts';
import { describeWith } from './bench.ts';

/** In tenths of systemd's exposure level: 10.0 is an unrestricted service, and up to 2.5 is good. */
const EXPOSURE = 25;

const folder = mkdtempSync(join(tmpdir(), 'tsntp-unit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes the README's unit of this name, with a command that exists on every machine. */
function unit(name: string): string {
  const readme = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8');
  const text = readme.split('```').find(block => block.startsWith(`ini\n# ${name}\n`));
  const path = join(folder, name);
  writeFileSync(path, text!.replace(/^ini\n/, '').replace('/usr/local/bin/tsntp', '/usr/bin/true'));
  return path;
}

describeWith(['systemd'], 'systemd', () => {
  const { root, env } = debianPackage('systemd');
  const folders = env.LD_LIBRARY_PATH.split(':');
  const libraries = folders.flatMap(path => [path, join(path, 'systemd')]).join(':');
  const analyze = (...args: readonly string[]) =>
    spawnSync(join(root, 'usr/bin/systemd-analyze'), args, {
      encoding: 'utf8',
      env: { ...process.env, LD_LIBRARY_PATH: libraries },
    });

  test('accepts the service and the timer', () => {
    const { status, stderr } = analyze('verify', '--man=no', unit('tsntp.service'), unit('tsntp.timer'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('rates the exposure of the service as low', () => {
    const judge = (path: string) =>
      analyze('security', '--offline=true', '--no-pager', `--threshold=${EXPOSURE}`, path);
    expect(judge(unit('tsntp.service')).status).toBe(0);
    const loose = join(folder, 'loose.service');
    writeFileSync(
      loose,
      readFileSync(unit('tsntp.service'), 'utf8').replace(/^(Protect|Restrict|System).*$/gm, ''),
    );
    expect(judge(loose).status).not.toBe(0);
  });
});
