// Prepares a bare checkout: installs the dependencies of the lock file, then builds. Does only what is missing, so that
// `npm start` and `npm test` can call it every time.

import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

const npm = args => {
  const { status } = spawnSync('npm', args, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
};

const changed = path => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (changed('node_modules/.package-lock.json') < changed('package-lock.json')) {
  npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
npm(['run', '--silent', 'build']);
