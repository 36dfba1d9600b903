// install.cmd: this folder → %ProgramFiles%\tsntp, where only administrators can write; its command in the machine's PATH;
// the source of its events; and, if there are servers, the scheduled tasks. Repeated, it yields the same.

import { join, resolve } from 'node:path';
import { requireAdministrator } from './administrator.js';
import { registerEventSource } from './event-source.js';
import { runSetup } from './failure.js';
import { addToPath } from './machine-path.js';
import { runSchedule, tryToSchedule } from './own-command.js';
import { replaceProgram } from './program-folder.js';

runSetup('install', () => {
  const given = process.argv.slice(2);
  const source = resolve(import.meta.dirname, '../../../..');
  const target = join(process.env.ProgramFiles ?? 'C:\\Program Files', 'tsntp');
  requireAdministrator();
  // A mistake in the arguments must show before anything is changed.
  if (given.length > 0) tryToSchedule(source, ['--install', '-n', '--', ...given]);
  replaceProgram(source, target);
  addToPath(join(target, 'bin'));
  registerEventSource();
  console.log(`tsntp is installed in ${target}; prompts that are opened from now on find the command`);
  if (given.length > 0) runSchedule(target, ['--install', '--', ...given]);
});
