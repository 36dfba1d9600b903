// A platform → the root of its .deb and .rpm: the program's tree in /usr, the units of systemd, and /etc/tsntp.conf.

import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageUnits } from './package-units.js';
import { writeProgramTree } from './program-tree.js';
import { run } from './tool.js';

const FILES = join(import.meta.dirname, 'files');

/** The only file of the packages that is the administrator's to change. */
export const CONFIGURATION = '/etc/tsntp.conf';

/** Writes the tree into `root`. @param {string} root @param {import('./platforms.js').Platform} platform */
export async function writePackageTree(root, platform) {
  await writeProgramTree(join(root, 'usr'), platform);
  await run(join(root, 'usr/share/man/man8'), 'gzip', '-9n', 'tsntp.8');
  onlyLoaded(join(root, 'usr/lib/tsntp'));
  // The folder of units that every systemd reads, whether or not /lib is a link to /usr/lib.
  for (const [path, text] of Object.entries(await packageUnits(platform))) {
    const file = join(root, 'usr/lib/systemd', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  mkdirSync(join(root, dirname(CONFIGURATION)));
  cpSync(join(FILES, 'tsntp.conf'), join(root, CONFIGURATION));
}

/** What Node loads is not a program of its own: it needs neither the right to run nor the name of an interpreter. @param {string} lib */
function onlyLoaded(lib) {
  const script = join(lib, 'bin/tsntp.js');
  writeFileSync(script, readFileSync(script, 'utf8').replace(/^#!.*\n/, ''));
  const files = readdirSync(lib, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter(name => /\.(?:js|node)$/.test(name))) chmodSync(join(lib, file), 0o644);
}

/** A script that dpkg and rpm run around an installation or a removal. @param {'postinst' | 'prerm' | 'postrm'} name */
export function packageScript(name) {
  return readFileSync(join(FILES, name), 'utf8');
}
