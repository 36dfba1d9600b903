// src/ → dist/: tsc emits the library, one file per source with its types; esbuild bundles the command next to it. The
// old dist/ stays in place until the new one is complete.

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
