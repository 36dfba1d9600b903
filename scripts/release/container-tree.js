// The program's tree → the root of the container image: the tree in /usr, the C and C++ libraries of this machine that its
// Node loads, with their licenses, and an empty folder for the state.

import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeProgramTree } from './program-tree.js';
import { LICENSE_FILES, systemLibraries } from './system-libraries.js';

/** Writes the root of the image. @param {string} root @param {import('./platforms.js').Platform} platform */
export async function writeContainerTree(root, platform) {
  await writeProgramTree(join(root, 'usr'), platform);
  for (const folder of ['etc', 'tmp', 'var/lib/tsntp']) mkdirSync(join(root, folder), { recursive: true });
  const libraries = await systemLibraries(join(root, 'usr/lib/tsntp/node'));
  for (const path of [...libraries, ...LICENSE_FILES]) copy(path, root);
}

/** @param {string} path @param {string} root */
function copy(path, root) {
  cpSync(path, join(root, path), { dereference: true });
}
