// The command of a platform, with its Node → the same with V8's code for its large script, which only that Node can make: here
// if this machine runs it, or else emulated.

import { readdirSync, readFileSync } from 'node:fs';
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

/** How often a run is recorded at most. */
const MOST_RUNS = 6;

/** Writes the code beside the script in the folder `lib`. @param {string} lib @param {string} platform */
export async function writeCode(lib, platform) {
  const runner = RUNNERS[`${process.arch} ${platform}`];
  if (runner === undefined) return;
  const script = join(import.meta.dirname, 'record-code.cjs');
  const [program, ...args] = [...runner, join(lib, 'node'), ...SEEDS, script, lib];
  // A busy machine can make a run call what others do not, such as a second request: what two runs agree on is taken.
  let before;
  for (let attempt = 0; attempt < MOST_RUNS; attempt++) {
    await run(lib, program, ...args);
    const code = codeIn(join(lib, 'dist/cli'));
    if (before?.equals(code)) return;
    before = code;
  }
  throw new Error(
    `V8's code for ${platform} differs from run to run: build again when the machine is less busy`,
  );
}

/** The code of all scripts. @param {string} folder */
function codeIn(folder) {
  const names = readdirSync(folder).filter(name => name.endsWith('.code'));
  return Buffer.concat(names.sort().map(name => readFileSync(join(folder, name))));
}
