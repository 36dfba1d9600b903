// The Debian package for amd64 → the same with another version or another content, to upgrade from, or to break.

import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { artifact, VERSION } from './root.ts';

/** The name of the package. */
export const PACKAGE: string = `tsntp_${VERSION}_amd64.deb`;

/** Unpacks the package into the folder `name` of `work`, lets `change` change it, and packs it; returns its path. */
export function changedPackage(work: string, name: string, change: (tree: string) => void): string {
  const tree = join(work, name);
  execFileSync('dpkg-deb', ['--raw-extract', artifact(PACKAGE), tree]);
  change(tree);
  const options = ['--root-owner-group', '-Zxz', '-z0', '--build'];
  execFileSync('dpkg-deb', [...options, tree, join(work, `${name}.deb`)], { stdio: 'pipe' });
  return join(work, `${name}.deb`);
}

/** Copies a package into a root; returns its path there. */
export function into(root: string, file: string): string {
  cpSync(file, join(root, 'tsntp.deb'));
  return '/tsntp.deb';
}
