// The platforms that a release has archives for: where each one's Node comes from, and koffi's binary.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @type {Readonly<Record<string, import('./pinned-package.js').Pin>>} */
const NODES = JSON.parse(readFileSync(join(import.meta.dirname, 'node-binaries.json'), 'utf8'));

/**
 * @typedef {object} Platform
 * @property {string} name as in the names of the archives
 * @property {string} koffi koffi's package for it, without the scope and `koffi-`
 * @property {string} binary the folder of koffi's binary in that package
 * @property {import('./pinned-package.js').Pin} [node] absent if npm has no Node of the supported range for it
 * @property {string} needs what the machine must have
 */

const GLIBC = 'glibc 2.28 or later and libstdc++ 6 (Debian 10, RHEL 8, Ubuntu 20.04 or later)';
const OWN_NODE = 'Node.js 20 from 20.19 on, or 22.12 or later, as "node" in PATH: this archive contains none';

/** @type {readonly Platform[]} */
export const PLATFORMS = [
  { name: 'linux-x64', koffi: 'linux-x64', binary: 'linux_x64', node: NODES['linux-x64'], needs: GLIBC },
  {
    name: 'linux-arm64',
    koffi: 'linux-arm64',
    binary: 'linux_arm64',
    node: NODES['linux-arm64'],
    needs: GLIBC,
  },
  {
    name: 'linux-armv7',
    koffi: 'linux-arm',
    binary: 'linux_armhf',
    needs: `glibc 2.34 or later (Debian 12) and ${OWN_NODE}`,
  },
  { name: 'linux-musl-x64', koffi: 'linux-x64', binary: 'musl_x64', needs: OWN_NODE },
  { name: 'linux-musl-arm64', koffi: 'linux-arm64', binary: 'musl_arm64', needs: OWN_NODE },
  {
    name: 'win-x64',
    koffi: 'win32-x64',
    binary: 'win32_x64',
    node: NODES['win-x64'],
    needs: 'Windows 10 or Windows Server 2016, or later',
  },
  {
    name: 'darwin-x64',
    koffi: 'darwin-x64',
    binary: 'darwin_x64',
    node: NODES['darwin-x64'],
    needs: 'macOS 13.5 or later',
  },
  {
    name: 'darwin-arm64',
    koffi: 'darwin-arm64',
    binary: 'darwin_arm64',
    node: NODES['darwin-arm64'],
    needs: 'macOS 13.5 or later',
  },
];

/** The platform of that name. @param {string} name @returns {Platform} */
export function platformOf(name) {
  const found = PLATFORMS.find(platform => platform.name === name);
  if (found === undefined)
    throw new Error(`no platform ${name}: there are ${PLATFORMS.map(one => one.name).join(', ')}`);
  return found;
}

/** @type {ReadonlySet<string>} */
let chosen = new Set(PLATFORMS.map(({ name }) => name));

/** Restricts the archives and packages to the platforms of these names; none restricts nothing. @param {readonly string[]} names */
export function choosePlatforms(names) {
  if (names.length > 0) chosen = new Set(names);
}

/** Whether to make the archive and the packages for a platform. @param {string} name */
export function isChosen(name) {
  return chosen.has(name);
}
