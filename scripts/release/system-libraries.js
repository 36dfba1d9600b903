// A Node for Linux → the C and C++ libraries of this machine that it loads, which the container image contains, and the
// packages of Debian or Ubuntu that they are from.

import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackPinned } from './pinned-package.js';
import { platformOf } from './platforms.js';
import { run } from './tool.js';

/** The licenses of the libraries as SPDX expressions: those of glibc, and of GCC's runtime library. */
const LICENSES = {
  libc6: 'LGPL-2.1-or-later',
  'libstdc++6': 'GPL-3.0-or-later WITH GCC-exception-3.1',
  'libgcc-s1': 'GPL-3.0-or-later WITH GCC-exception-3.1',
};

/** The texts of these licenses, where Debian and Ubuntu have them: what is said of each package, and what that refers to. */
export const LICENSE_FILES = [
  ...['libc6', 'libstdc++6', 'libgcc-s1'].map(name => `/usr/share/doc/${name}/copyright`),
  ...['LGPL-2.1', 'GPL-2', 'GPL-3'].map(name => `/usr/share/common-licenses/${name}`),
];

/** The paths of the libraries that the program loads. @param {string} program @returns {Promise<readonly string[]>} */
export async function systemLibraries(program) {
  const said = await run('/', 'ldd', program);
  // Lines such as "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x7f…)"; that of the loader has no arrow.
  return [...said.matchAll(/\/\S+/g)].map(([path]) => path);
}

/**
 * @typedef {object} SystemPackage
 * @property {string} name
 * @property {string} version
 * @property {string} purl https://github.com/package-url/purl-spec
 * @property {string} license an SPDX expression
 * @property {Readonly<Record<string, string>>} files SHA-256 by path
 */

/** The packages of the libraries that Node loads on this machine's processor. @returns {Promise<readonly SystemPackage[]>} */
export async function systemPackages() {
  const folder = mkdtempSync(join(tmpdir(), 'tsntp-node-'));
  try {
    await unpackPinned(platformOf(`linux-${process.arch}`).node, folder);
    /** @type {Map<string, string[]>} */
    const byPackage = new Map();
    for (const path of await systemLibraries(join(folder, 'bin/node'))) {
      const name = await packageOf(path);
      byPackage.set(name, [...(byPackage.get(name) ?? []), path]);
    }
    return await Promise.all([...byPackage].sort().map(([name, paths]) => describe(name, paths)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** dpkg knows a file by the path that its package has, with or without the /usr that /lib is a link to. @param {string} path */
async function packageOf(path) {
  const names = [path, path.startsWith('/usr/') ? path.slice('/usr'.length) : `/usr${path}`];
  for (const name of names) {
    const found = await run('/', 'dpkg-query', '--search', name).catch(() => undefined);
    if (found !== undefined) return found.slice(0, found.indexOf(':'));
  }
  throw new Error(`release: ${path} is of no package: use Debian or Ubuntu`);
}

/** @param {string} name @param {readonly string[]} paths @returns {Promise<SystemPackage>} */
async function describe(name, paths) {
  const license = LICENSES[name];
  if (license === undefined)
    throw new Error(
      `release: Node loads ${paths.join(', ')} of ${name}: add its license to ${import.meta.filename}`,
    );
  // The line "libc6:amd64", a tab, and the version.
  const shown = await run('/', 'dpkg-query', '--show', name);
  const [, architecture, version] = /:(\S+)\t(\S+)/.exec(shown) ?? [];
  const [, system] = /^ID=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? [];
  const purl = `pkg:deb/${system}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`;
  const digest = path => createHash('sha256').update(readFileSync(path)).digest('hex');
  return { name, version, purl, license, files: Object.fromEntries(paths.map(path => [path, digest(path)])) };
}
