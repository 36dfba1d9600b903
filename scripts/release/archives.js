// A folder → a .tar.gz or .zip with the same bytes each time: sorted, with one owner, one time and fixed modes.

import { chmodSync, lutimesSync, readdirSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EPOCH } from './facts.js';
import { run } from './tool.js';

/** Gives everything in `folder` the time of the release, and modes that do not depend on the umask. @param {string} folder */
export function settle(folder) {
  for (const path of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })].map(name =>
    join(folder, name),
  )) {
    const { mode } = statSync(path);
    chmodSync(path, mode & 0o111 ? 0o755 : 0o644);
    lutimesSync(path, EPOCH, EPOCH);
  }
}

/**
 * Packs `folder` as its own name into the file `target`. Without the folders that other programs share, such as bin:
 * to unpack it as root into /usr/local must not change their owners and modes. @param {string} folder @param {string} target
 */
export async function tarball(folder, target) {
  settle(folder);
  const tar = target.replace(/\.(tar\.gz|tgz)$/, '.tar');
  const format = ['--format=ustar', '--no-recursion', '--owner=0', '--group=0', '--numeric-owner'];
  const members = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => path.split('/').includes('tsntp') || !statSync(join(folder, path)).isDirectory())
    .sort()
    .map(path => join(basename(folder), path));
  await run(dirname(folder), 'tar', ...format, '-cf', tar, ...members);
  // Searches longer for what repeats than gzip: a twentieth less.
  await run(dirname(folder), 'libdeflate-gzip', '-10', tar);
  renameSync(`${tar}.gz`, target);
}

/** Packs `folder` as its own name into the file `target`. @param {string} folder @param {string} target */
export async function zip(folder, target) {
  settle(folder);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const paths = names
    .filter(name => statSync(join(folder, name)).isFile())
    .map(name => join(basename(folder), name));
  // -X: no owner and no time of access. -D: no folders.
  await run(dirname(folder), 'zip', '-q', '-X', '-D', target, ...paths);
}
