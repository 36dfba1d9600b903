// The systemd units that the documents propose, judged by systemd's own tools: they can be read, and the service is
// given little more than the right to set the clock.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { debianPackage } from '../support/debian-package.ts';
import { describeWith } from './bench.ts';

/** In tenths of systemd's exposure level: 10.0 is an unrestricted service, and up to 2.5 is good. */
const EXPOSURE = 25;

const folder = mkdtempSync(join(tmpdir(), 'tsntp-unit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const document = (name: string) => readFileSync(resolve(import.meta.dirname, '../..', name), 'utf8');

/** The unit of this name in docs/, with a command that is on every machine. */
function unitText(name: string): string {
  const blocks = document('docs/scripts-and-monitoring.md').split('```');
  const text = blocks.find(block => block.startsWith(`ini\n# ${name}\n`));
  if (text === undefined) throw new Error(`no unit ${name}`);
  return text.replace(/^ini\n/, '').replace('/usr/local/bin/tsntp', '/usr/bin/true');
}

function unit(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, unitText(name));
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

  test('can read the service with the drop-in that narrows the limit', () => {
    const dropIns = join(folder, 'tsntp.service.d');
    mkdirSync(dropIns);
    writeFileSync(join(dropIns, 'limit.conf'), unitText('limit.conf'));
    const { status, stderr } = analyze('verify', '--man=no', unit('tsntp.service'));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    // It is read at all: a line that systemd does not know is told.
    writeFileSync(join(dropIns, 'limit.conf'), '[Service]\nEnvironmentFiles=x\n');
    expect(analyze('verify', '--man=no', unit('tsntp.service')).stderr).toContain('EnvironmentFiles');
    rmSync(dropIns, { recursive: true });
  });

  test('finds the service little exposed', () => {
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
