// `npm run test:release`: the artifacts in release/ where they must work. With --ci it first makes those for Linux that
// contain Node, and tests only these. All other arguments are vitest's.

import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
if (args.includes('--ci')) {
  const others = args.filter(arg => arg !== '--ci');
  run('npm', [
    'run',
    '--silent',
    'release',
    '--',
    'linux-x64',
    'linux-arm64',
    'linux-armv7',
    'archives',
    'deb',
  ]);
  vitest(
    'archive.release',
    'launch.release',
    'arm64.release',
    'debian.release',
    'sizes',
    'pinned',
    ...others,
  );
} else vitest(...args);

/** @param {...string} options */
function vitest(...options) {
  run(process.execPath, [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'test/release/vitest.config.ts',
    ...options,
  ]);
}

/** Ends this process if the command fails. @param {string} command @param {readonly string[]} words */
function run(command, words) {
  const { status } = spawnSync(command, words, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
