// The archive of a release for this Mac, unpacked and run: with its own Node, without a PATH, and with the clock of macOS.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const name = `tsntp-${version}-darwin-${process.arch}`;

describe(`the archive ${name}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsntp-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(() => {
    expect(process.platform).toBe('darwin');
    execFileSync('tar', ['-xzf', `release/${name}.tar.gz`, '-C', folder]);
  });
  const run = (...args: readonly string[]) =>
    spawnSync(join(folder, name, 'bin/tsntp'), args, { env: { PATH: '', HOME: folder }, encoding: 'utf8' });

  it('runs with its own Node', () => {
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('measures', () => {
    const { status, stdout, stderr } = run('demo');
    expect(stdout).toMatch(/This clock is right to within/);
    expect([status, stderr]).toEqual([0, '']);
  });

  it('calls the clock functions of macOS', () => {
    const { status, stdout } = run('status', '--json');
    expect(JSON.parse(stdout).clock).toBe('darwin');
    // 3 = the clock is not synchronized.
    expect([0, 3]).toContain(status);
  });
});
