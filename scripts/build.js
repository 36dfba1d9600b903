// src/ → dist/: the library by tsc, a file for each source with its types; the command bundled beside it. The old dist/
// stands until the new one is whole.

import { spawnSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { bundleCommand } from './bundle.js';

const fresh = `dist.${process.pid}`;
try {
  library();
  await bundleCommand(`${fresh}/cli`);
  rmSync('dist', { recursive: true, force: true });
  renameSync(fresh, 'dist');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

function library() {
  const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', fresh];
  const { status } = spawnSync(process.execPath, tsc, { stdio: 'inherit' });
  if (status !== 0) throw new Error('tsc failed');
}
