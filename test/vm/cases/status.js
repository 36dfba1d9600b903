// `tsntp status`: what the kernel and the last run say, without privilege and without touching anything.

import { strict as assert } from 'node:assert';
import { kernelClock } from '../guest/kernel.js';
import { EXIT, ended, near } from './expect.js';
import { ORDINARY_USER } from './privileges.js';

const group = 'status';
const machine = 'uml';
const servers = { main: 0 };
/** How far the clock is ahead before the run. */
const AHEAD = 0.05;

export const status = [
  {
    ...{ name: 'before the first run', group, machine, servers },
    async run(guest) {
      const kernel = await guest.untouched(() => json(guest));
      assert.equal(kernel.synchronised, false);
      assert.equal(kernel.slewRemaining, 0);
    },
  },
  {
    ...{ name: 'with a slew under way, for an ordinary user', group, machine, servers },
    async run(guest) {
      await guest.misset('main', AHEAD);
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      const kernel = await json(guest, { under: ORDINARY_USER });
      assert.equal(kernel.synchronised, true);
      near('slewRemaining', kernel.slewRemaining, kernelClock().slewLeft, 3e-3);
      near('maxError', kernel.maxError, kernelClock().maxError, 3e-3);
    },
  },
  {
    ...{ name: 'what last set the clock, and the table', group, machine, servers },
    async run(guest) {
      await guest.misset('main', AHEAD);
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      const { lastSet } = await json(guest);
      assert.equal(lastSet.kind, 'slew');
      near('lastSet.offset', lastSet.offset, -AHEAD, 2e-3);
      const { stdout } = ended(await guest.tsntp(['status']), EXIT.done);
      assert.match(stdout, /synchronised: +yes/);
    },
  },
];

async function json(guest, options) {
  return JSON.parse(ended(await guest.tsntp(['status', '--json'], options), EXIT.done).stdout);
}
