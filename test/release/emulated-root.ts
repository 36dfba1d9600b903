// Debian's packages for another processor → a root whose programs qemu-user runs. The emulator calls this machine's kernel:
// nothing in such a root may ask for the clock to be set.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { debianPackage } from '../support/debian-package.ts';
import { mirror } from './debian-root.ts';

/** A processor, as Debian and QEMU name it. */
export interface Processor {
  readonly debian: 'arm64' | 'armhf';
  readonly qemu: 'aarch64' | 'arm';
}

/** The file of the root that runs its programs: `chroot ROOT /qemu PROGRAM`. */
export const EMULATOR = '/qemu';

/** A root with these packages of a release of Debian and all that they depend on, unpacked only. */
export function emulatedRoot(
  release: string,
  { debian, qemu }: Processor,
  packages: readonly string[],
): string {
  const root = mkdtempSync(join(tmpdir(), `tsntp-${debian}-`));
  // As in every Debian since 12.
  mkdirSync(join(root, 'usr/lib'), { recursive: true });
  symlinkSync('usr/lib', join(root, 'lib'));
  for (const file of fetched(release, debian, packages)) unpack(file, root);
  cpSync(join(debianPackage('qemu-user-static').root, `usr/bin/qemu-${qemu}-static`), join(root, EMULATOR));
  return root;
}

/** Unpacks a package into a root. */
export function unpack(file: string, root: string): void {
  execFileSync('dpkg-deb', ['--extract', file, root]);
}

/** The files of the packages, fetched once into .cache, with lists of their own. */
function fetched(release: string, architecture: string, packages: readonly string[]): readonly string[] {
  const cache = resolve('.cache/release', [release, architecture, ...packages].join('+'));
  const debs = join(cache, 'archives');
  const found = () => readdirSync(debs).filter(name => name.endsWith('.deb'));
  mkdirSync(join(cache, 'lists/partial'), { recursive: true });
  mkdirSync(join(debs, 'partial'), { recursive: true });
  if (found().length === 0) {
    writeFileSync(join(cache, 'sources.list'), `deb ${mirror()} ${release} main\n`);
    // No package is installed: all dependencies are fetched.
    writeFileSync(join(cache, 'status'), '');
    const options = {
      'Dir::State::Lists': join(cache, 'lists'),
      'Dir::State::Status': join(cache, 'status'),
      'Dir::Cache': cache,
      'Dir::Etc::SourceList': join(cache, 'sources.list'),
      'Dir::Etc::SourceParts': '/dev/null',
      'APT::Sandbox::User': 'root',
      'APT::Architecture': architecture,
      'APT::Architectures': architecture,
    };
    const given = ['-qq', ...Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`])];
    execFileSync('apt-get', [...given, 'update'], { stdio: 'pipe', timeout: 300_000 });
    const install = ['--yes', '--no-install-recommends', '--download-only', 'install', ...packages];
    execFileSync('apt-get', [...given, ...install], { stdio: 'pipe', timeout: 300_000 });
  }
  return found().map(name => join(debs, name));
}
