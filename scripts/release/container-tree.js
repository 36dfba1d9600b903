// The program's tree → the root of the container image: the tree in /usr, the C and C++ libraries of this machine that its
// Node loads, with their licenses, and an empty folder for the state.

import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeProgramTree } from './program-tree.js';
import { run } from './tool.js';

/** The licenses of glibc and GCC, where Debian and Ubuntu have them. */
const LICENSES = ['/usr/share/doc/libc6/copyright', '/usr/share/doc/libstdc++6/copyright'];

/** Writes the root of the image. @param {string} root @param {import('./platforms.js').Platform} platform */
export async function writeContainerTree(root, platform) {
  await writeProgramTree(join(root, 'usr'), platform);
  for (const folder of ['etc', 'tmp', 'var/lib/tsntp']) mkdirSync(join(root, folder), { recursive: true });
  const libraries = await run(root, 'ldd', join(root, 'usr/lib/tsntp/node'));
  // Lines such as "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x7f…)"; that of the loader has no arrow.
  for (const [path] of libraries.matchAll(/\/\S+/g)) copy(path, root);
  for (const path of LICENSES) copy(path, root);
}

/** @param {string} path @param {string} root */
function copy(path, root) {
  cpSync(path, join(root, path), { dereference: true });
}
