// Every case of the bench, in the order of --list. A case is
//   name, group    what it alone is called, and what --only chooses it by
//   machine        'uml' or 'qemu' (machines.js)
//   servers        by name: how far the server is ahead of the truth in seconds, or { offset | until, leap, stratum }
//   asked          for the table
//   seconds        how long it waits for a slew
//   hardwareTime   what QEMU's hardware clock shows at power-on
//   run(guest)     does it in the guest (guest/guest.js): returns { residual, seen }, throws what is wrong
// The module is read on both sides: by the bench for the data, by the guest's driver for `run`.

import { hardware } from './hardware.js';
import { interference } from './interference.js';
import { leftover } from './leftover.js';
import { panic } from './panic.js';
import { privileges } from './privileges.js';
import { rate } from './rate.js';
import { slew } from './slew.js';
import { status } from './status.js';
import { step } from './step.js';
import { synchronized } from './synchronized.js';
import { witness } from './witness.js';

export const cases = [
  ...step,
  ...slew,
  ...rate,
  ...leftover,
  ...synchronized,
  ...status,
  ...interference,
  ...panic,
  ...privileges,
  ...hardware,
  ...witness,
];

// The guest finds its case by the name.
const names = cases.map(c => c.name);
const twice = names.find((name, i) => names.indexOf(name) !== i);
if (twice !== undefined) throw new Error(`two cases are called "${twice}"`);
