// src/ → dist/: the library by tsc, a file for each source with its types; the command by esbuild, bundled with its
// packages so that it starts quickly, and split so that what a run does not use is not read. koffi stays outside: it
// carries binaries. The old dist/ stands until the new one is whole.

import { spawnSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const fresh = `dist.${process.pid}`;
try {
  library();
  await command();
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

async function command() {
  await build({
    entryPoints: ['src/cli/main.ts', 'src/cli/leave.ts'],
    outdir: `${fresh}/cli`,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['koffi'],
    sourcemap: true,
    sourcesContent: false,
    // cli-table3 and yargs ask for node's own modules by require.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    logLevel: 'warning',
  });
}
