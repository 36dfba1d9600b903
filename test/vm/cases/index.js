// All cases of the bench, in the order of --list. A case is
//   name, group    its unique name, and the group for --only
//   machine        'uml', 'qemu' or 'arm' (machines.js)
//   servers        by name: how far the server is ahead in seconds, or { offset | until, leap, stratum }
//   asked          the requested correction, for the table
//   seconds        how long it waits, as for a slew
//   boot           'first' if it needs a kernel that was not synchronized since its boot, 'alone' if it also leaves the kernel
//                  unfit for other cases; otherwise it shares a boot
//   parameters     further words on the command line of the kernel (UML)
//   hardwareTime   the time on an emulated hardware clock at power-on
//   run(guest)     runs in the guest (guest/guest.js): returns { residual, seen }, throws on failure
// Both sides read this module: the bench for the data, the guest's driver for `run`.

import { arm } from './arm.js';
import { cron } from './cron.js';
import { drift } from './drift.js';
import { floor } from './floor.js';
import { forget } from './forget.js';
import { frequency } from './frequency.js';
import { hardware } from './hardware.js';
import { interference } from './interference.js';
import { leftover } from './leftover.js';
import { log } from './log.js';
import { macos } from './macos.js';
import { panic } from './panic.js';
import { privileges } from './privileges.js';
import { rate } from './rate.js';
import { repeated } from './repeated.js';
import { slew } from './slew.js';
import { status } from './status.js';
import { step } from './step.js';
import { synchronized } from './synchronized.js';
import { wait } from './wait.js';
import { windows } from './windows.js';
import { witness } from './witness.js';

export const cases = [
  ...step,
  ...slew,
  ...rate,
  ...leftover,
  ...frequency,
  ...forget,
  ...drift,
  ...synchronized,
  ...status,
  ...interference,
  ...macos,
  ...panic,
  ...privileges,
  ...log,
  ...hardware,
  ...arm,
  ...cron,
  ...witness,
  ...floor,
  ...wait,
  ...repeated,
  ...windows,
];

// The guest finds its case by name.
const names = cases.map(c => c.name);
const twice = names.find((name, i) => names.indexOf(name) !== i);
if (twice !== undefined) throw new Error(`two cases are named "${twice}"`);
