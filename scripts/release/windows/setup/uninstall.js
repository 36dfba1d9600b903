// uninstall.cmd: takes back the scheduled tasks, the machine's PATH, the source of the events, and the program's files;
// not those that this process runs from, if it is the installed copy. Other files in the folder stay, and what tsntp has
// learned about this clock, in %ProgramData%\tsntp.

import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { requireAdministrator } from './administrator.js';
import { removeEventSource } from './event-source.js';
import { runSetup } from './failure.js';
import { removeFromPath } from './machine-path.js';
import { runSchedule } from './own-command.js';
import { removeProgram } from './program-folder.js';
import { removeKey } from './registry.js';

runSetup('uninstall', () => {
  const own = resolve(import.meta.dirname, '../../../..');
  const target = join(process.env.ProgramFiles ?? 'C:\\Program Files', 'tsntp');
  requireAdministrator();
  runSchedule(own, ['--remove']);
  removeTaskFolder();
  removeFromPath(join(target, 'bin'));
  removeEventSource();
  removeKey('SOFTWARE\\tsntp');
  // What this runs from is removed by uninstall.cmd at its end. Until then it can be repeated.
  removeProgram(target, isSameFolder(own, target) ? ['lib/tsntp', 'uninstall.cmd'] : []);
  console.log(
    `tsntp is removed; what it has learned about this clock is in ${process.env.ProgramData}\\tsntp`,
  );
});

/** @param {string} one @param {string} other */
function isSameFolder(one, other) {
  return existsSync(other) && realpathSync(one) === realpathSync(other);
}

/** schtasks removes the tasks of a folder, but not the folder. Without PowerShell, the empty folder stays. */
function removeTaskFolder() {
  const script =
    "$s = New-Object -ComObject Schedule.Service; $s.Connect(); $s.GetFolder('\\').DeleteFolder('tsntp', 0)";
  const powershell = `${process.env.SystemRoot}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe`;
  spawnSync(powershell, ['-NoProfile', '-NonInteractive', '-Command', script], { stdio: 'ignore' });
}
