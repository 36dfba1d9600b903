// A package of npm, with its version and checksum pinned in the repository → its files. Fetched once into .cache/release,
// and checked each time.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from './facts.js';
import { run } from './tool.js';

const CACHE = join(CHECKOUT, '.cache/release');

/**
 * @typedef {object} Pin
 * @property {string} name
 * @property {string} version
 * @property {string} integrity `sha512-` and the checksum in base64, as in package-lock.json
 */

/**
 * Unpacks the package into `folder`. Rejects if its bytes are not those that the repository names.
 * @param {Pin} pin @param {string} folder
 */
export async function unpackPinned({ name, version, integrity }, folder) {
  mkdirSync(CACHE, { recursive: true });
  mkdirSync(folder, { recursive: true });
  const tarball = join(CACHE, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
  if (!existsSync(tarball)) await run(CACHE, 'npm', 'pack', '--silent', `${name}@${version}`);
  verify(tarball, integrity);
  // Node's headers are not needed, and are most of its files.
  await run(folder, 'tar', '--strip-components=1', '--exclude=*/include/*', '-xzf', tarball);
}

/** Throws if the file is another one; it is deleted, so that the next run fetches it. @param {string} file @param {string} integrity */
export function verify(file, integrity) {
  const found = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (found === integrity) return;
  rmSync(file);
  throw new Error(`${file} is not the file that the repository names: ${found} instead of ${integrity}`);
}
