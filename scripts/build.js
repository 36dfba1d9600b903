// src/ → dist/: the library by tsc (a file for each source, with types and source maps). The old dist/ stands until
// the new one is whole.

import { spawnSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';

const fresh = `dist.${process.pid}`;
const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', fresh];
const { status } = spawnSync(process.execPath, tsc, { stdio: 'inherit' });
if (status === 0) {
  rmSync('dist', { recursive: true, force: true });
  renameSync(fresh, 'dist');
} else {
  rmSync(fresh, { recursive: true, force: true });
  process.exitCode = status ?? 1;
}
