// The checkout → the package for npm with its dependencies inside, so that installing it needs no registry.

import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tarball } from './archives.js';
import { CHECKOUT, LOCKED, PACKAGE, VERSION } from './facts.js';
import { writeKoffi } from './koffi.js';
import { licenses } from './licenses.js';
import { PLATFORMS } from './platforms.js';

/** What the library imports; the command's other packages are in its bundle. */
const VENDORED = ['@noble/ciphers', 'koffi'];
/** npm packs these always. */
const ALWAYS = ['README.md', 'LICENSE', 'package.json'];

/** Writes `tsntp-V.tgz` into `target`. @param {string} work @param {string} target */
export async function npmPackage(work, target) {
  const folder = join(work, 'npm/package');
  mkdirSync(folder, { recursive: true });
  for (const file of [...ALWAYS, ...PACKAGE.files])
    cpSync(join(CHECKOUT, file), join(folder, file), { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  writeFileSync(join(folder, 'LICENSES'), licenses());
  for (const name of VENDORED.filter(one => one !== 'koffi'))
    cpSync(join(CHECKOUT, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  await writeKoffi(join(folder, 'node_modules/koffi'), PLATFORMS);
  await tarball(folder, join(target, `tsntp-${VERSION}.tgz`));
}

/** package.json without what only a checkout needs; the dependencies are bundled, in the versions of the lock file. */
function manifest() {
  const { devDependencies: _, scripts: __, ...rest } = PACKAGE;
  const dependencies = Object.fromEntries(
    VENDORED.map(name => [name, LOCKED[`node_modules/${name}`].version]),
  );
  return { ...rest, dependencies, bundleDependencies: VENDORED };
}
