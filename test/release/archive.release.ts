// The archive for linux-x64 as a station without network and without Node gets it: unpacked in an empty root, run with an
// empty PATH.

import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  copyOf,
  type Ended,
  emptyRoot,
  type LonelyNetwork,
  openNetwork,
  unpackInto,
  VERSION,
} from './root.ts';

const NAME = `tsntp-${VERSION}-linux-x64`;
const roots: string[] = [];
let network: LonelyNetwork;
let root: string;
let folder: string;

beforeAll(async () => {
  network = await openNetwork();
  root = emptyRoot();
  roots.push(root);
  folder = unpackInto(root, NAME);
});
afterAll(() => {
  network.close();
  for (const each of roots) rmSync(each, { recursive: true, force: true });
});

const tsntp = (...args: readonly string[]): Ended => tsntpIn(root, ...args);
const tsntpIn = (where: string, ...args: readonly string[]): Ended =>
  network.run(['/usr/sbin/chroot', where, join(folder, 'bin/tsntp'), ...args]);

/** A copy of the root without a part of the archive. */
function without(part: string): string {
  const copy = copyOf(root);
  roots.push(copy);
  rmSync(join(copy, folder, part), { recursive: true });
  return copy;
}

describe('the archive for linux-x64, in an empty root without network and PATH', () => {
  it('prints its version', () => {
    expect(tsntp('--version')).toEqual({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  it('measures, with a table', () => {
    const { status, stdout, stderr } = tsntp('-q', '-v', network.server);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('127.0.0.1');
  });

  it('measures, with JSON', () => {
    const { status, stdout } = tsntp('-q', '--format', 'json', network.server);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ result: 'queried' });
  });

  it('reads this clock through koffi in a dry run, which sets nothing', () => {
    const { status, stdout } = tsntp('-n', '--format', 'json', network.server);
    expect(JSON.parse(stdout).error).toBeUndefined();
    expect(status).toBe(0);
  });

  it('shows whether the kernel is synchronized, which takes koffi', () => {
    expect(JSON.parse(tsntp('status', '--format', 'json').stdout).result).toMatch(/^(?:un)?synchronized$/);
  });

  it.each([
    ['bash', 'share/bash-completion/completions/tsntp'],
    ['zsh', 'share/zsh/site-functions/_tsntp'],
    ['fish', 'share/fish/vendor_completions.d/tsntp.fish'],
  ])('completes in %s', (shell, path) => {
    expect(tsntp('completion', shell).stdout).toBe(readFileSync(join(root, folder, path), 'utf8'));
  });

  it('has the manual page, the documents and the licenses', () => {
    expect(readFileSync(join(root, folder, 'share/man/man8/tsntp.8'), 'utf8')).toContain('.TH TSNTP 8');
    for (const name of ['README.md', 'docs/options.md', 'LICENSE', 'LICENSES', 'LICENSE.node'])
      expect(existsSync(join(root, folder, 'share/doc/tsntp', name)), name).toBe(true);
    expect(readFileSync(join(root, folder, 'share/doc/tsntp/NEEDS'), 'utf8')).toContain('glibc 2.28');
  });

  it('without its Node says what it needs', () => {
    const broken = tsntpIn(without('lib/tsntp/node'), '--version');
    expect(broken.stderr).toMatch(/^tsntp: there is no node in PATH: install Node\.js 20 .*\n$/);
    expect(broken.status).toBe(4);
  });

  it('without koffi’s binary measures, and says why it cannot set the clock', () => {
    const broken = without('lib/tsntp/build');
    expect(tsntpIn(broken, '-q', network.server).status).toBe(0);
    const { status, stderr } = tsntpIn(broken, network.server);
    expect(stderr).toContain('its binary for linux-x64 is missing');
    expect(status).toBe(4);
  });

  it('runs through a link to it, where readlink is at hand', () => {
    const linked = emptyRoot('/bin/readlink');
    roots.push(linked);
    unpackInto(linked, NAME);
    symlinkSync(join(folder, 'bin/tsntp'), join(linked, 'bin/tsntp'));
    const { stdout } = network.run(['/usr/sbin/chroot', linked, '/bin/tsntp', '--version'], { PATH: '/bin' });
    expect(stdout).toBe(`${VERSION}\n`);
  });
});

describe('the archive for linux-armv7, which contains no Node', () => {
  it('says what it needs', () => {
    const armv7 = unpackInto(root, `tsntp-${VERSION}-linux-armv7`);
    const { status, stderr } = network.run(['/usr/sbin/chroot', root, join(armv7, 'bin/tsntp'), '--version']);
    expect(stderr).toMatch(/^tsntp: there is no node in PATH: install Node\.js 20 /);
    expect(status).toBe(4);
    expect(readFileSync(join(root, armv7, 'share/doc/tsntp/NEEDS'), 'utf8')).toContain('contains none');
  });
});
