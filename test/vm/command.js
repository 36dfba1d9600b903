// The command under test: builds, packs, and installs tsntp from its tarball with only what it needs to run.

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Fills `folder` with a node_modules that contains the packed tsntp. */
export function installPacked(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  npm(repository, 'run', '--silent', 'build');
  const [{ filename }] = JSON.parse(
    npm(repository, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
  );
  npm(folder, 'init', '--yes');
  npm(folder, 'install', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline', join(folder, filename));
}

function npm(cwd, ...args) {
  return execFileSync('npm', ['--loglevel', 'error', ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
