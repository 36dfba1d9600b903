// What guests under simulated time are made of, in a folder of the checkout: the kernel, the reference of true time, and
// Debian's programs that a bare root lacks. Made once.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fetchPackages, withDependencies } from '../vm/tools.js';
import { kernelIn } from './kernel.js';

const CACHE = resolve(import.meta.dirname, '../../.cache/week');
const PACKAGES = ['busybox-static', 'iproute2'];
/** Commands that cannot be unpacked into a folder, and the packages that install them. */
const COMPILER = { gcc: 'gcc libc6-dev', make: 'make', xz: 'xz-utils' };

/**
 * The paths of the parts. `folderOf` gives each guest its own folder. Throws, with what to do, if one cannot be made.
 */
export function makePlaces() {
  if (process.arch !== 'x64') throw new Error(`the guests are x86-64, this machine is ${process.arch}`);
  const missing = Object.entries(COMPILER).filter(([command]) => !isCommand(command));
  if (missing.length > 0) {
    throw new Error(`needs a compiler: apt-get install ${missing.map(([, name]) => name).join(' ')}`);
  }
  mkdirSync(CACHE, { recursive: true });
  const tools = join(CACHE, 'tools');
  fillOnce(tools, () => fetchPackages(tools, withDependencies(PACKAGES)));
  return {
    ...{ cache: CACHE, tools, kernel: kernelIn(CACHE), reference: compileReference() },
    folderOf: (/** @type {string} */ name) => join(CACHE, 'guests', name.replaceAll(/[^\w.-]+/g, '-')),
  };
}

/** Calls `fill` unless it has filled the folder before. @param {string} folder @param {() => void} fill */
export function fillOnce(folder, fill) {
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return;
  rmSync(folder, { recursive: true, force: true });
  fill();
  writeFileSync(complete, '');
}

function compileReference() {
  const program = join(CACHE, 'reference');
  const source = join(import.meta.dirname, 'guest/reference.c');
  const made = `${program}.new`;
  execFileSync('gcc', ['-Wall', '-Wextra', '-Werror', '-O2', '-static', '-o', made, source, '-lm']);
  renameSync(made, program); // Guests may be running the one before.
  return program;
}

/** @param {string} name */
function isCommand(name) {
  return (process.env.PATH ?? '').split(':').some(folder => existsSync(join(folder, name)));
}
