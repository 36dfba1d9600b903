// koffi with its binaries inside: what it needs to be imported, without its sources, its install script, and the packages
// that npm would fetch its binaries from.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT, LOCKED } from './facts.js';
import { unpackPinned } from './pinned-package.js';

/** What koffi reads to load a binary; the rest is for its build. */
const FILES = [
  'index.js',
  'index.cjs',
  'index.d.ts',
  'src/koffi/index.js',
  'src/koffi/index.cjs',
  'src/koffi/src/static.js',
  'src/koffi/src/static.cjs',
  'LICENSE.txt',
];

/**
 * Writes koffi into `folder`, with the binaries of the platforms. koffi looks for them in build/koffi, if no package of
 * binaries is installed. @param {string} folder @param {readonly import('./platforms.js').Platform[]} platforms
 */
export async function writeKoffi(folder, platforms) {
  const source = join(CHECKOUT, 'node_modules/koffi');
  for (const file of FILES) cpSync(join(source, file), join(folder, file), { recursive: true });
  const {
    scripts: _,
    optionalDependencies: __,
    ...manifest
  } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const platform of platforms) await writeBinary(folder, platform);
}

/** Writes the binary for a platform into build/koffi in `folder`. @param {string} folder @param {import('./platforms.js').Platform} platform */
export async function writeBinary(folder, { koffi, binary }) {
  const name = `@koromix/koffi-${koffi}`;
  const { version, integrity } = LOCKED[`node_modules/${name}`];
  const unpacked = mkdtempSync(join(tmpdir(), 'tsntp-koffi-'));
  try {
    await unpackPinned({ name, version, integrity }, unpacked);
    mkdirSync(join(folder, 'build/koffi', binary), { recursive: true });
    cpSync(join(unpacked, binary, 'koffi.node'), join(folder, 'build/koffi', binary, 'koffi.node'));
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}
