// The command of a platform, with its Node → the same with V8's code for its large script, which only that Node can make: here
// if this machine runs it, or else emulated.

import { join } from 'node:path';
import { run } from './tool.js';

/**
 * Programs that run the Node of another platform, by host and platform. macOS and Windows have none; their archives start
 * without the code.
 */
const RUNNERS = {
  'x64 linux-x64': [],
  'x64 linux-arm64': ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'],
  'arm64 linux-arm64': [],
};

/** V8's code is the same each time only with fixed seeds, which are not needed to load it. */
const SEEDS = ['--hash-seed=1', '--random-seed=1'];

/** Writes the code beside the script in the folder `lib`. @param {string} lib @param {string} platform */
export async function writeCode(lib, platform) {
  const runner = RUNNERS[`${process.arch} ${platform}`];
  if (runner === undefined) return;
  const script = join(import.meta.dirname, 'record-code.cjs');
  const [program, ...args] = [...runner, join(lib, 'node'), ...SEEDS, script, lib];
  await run(lib, program, ...args);
}
