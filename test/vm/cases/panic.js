// The panic limit and its memory: one large correction a boot, and no more of them unless a human says so.

import { setTime } from '../guest/kernel.js';
import { EXIT, ended, rebooted } from './expect.js';

const group = 'panic';
const machine = 'uml';

export const panic = [
  {
    ...{ name: 'the second server that is an hour off is refused', group, machine, asked: 'nothing' },
    servers: { hour: 3600, other: 7200 },
    async run(guest) {
      await setByFirst(guest);
      const run = await guest.untouched(() => guest.tsntp(['sync', guest.address('other')]));
      ended(run, EXIT.refused);
      return guest.residual('hour');
    },
  },
  {
    ...{ name: '-g allows it all the same', group, machine, asked: '+1 h' },
    servers: { hour: 3600, other: 7200 },
    async run(guest) {
      await setByFirst(guest);
      ended(await guest.tsntp(['sync', '-g', guest.address('other')]), EXIT.done);
      return guest.residual('other');
    },
  },
  {
    ...{ name: '--max-offset holds even at the first run', group, machine, asked: 'nothing' },
    servers: { hour: 3600 },
    async run(guest) {
      const run = await guest.untouched(() =>
        guest.tsntp(['sync', '--max-offset', '10', guest.address('hour')]),
      );
      ended(run, EXIT.refused);
    },
  },
  {
    ...{ name: '--max-offset holds even with -g', group, machine, asked: 'nothing' },
    servers: { hour: 3600 },
    async run(guest) {
      const args = ['sync', '-g', '--max-offset', '10', guest.address('hour')];
      ended(await guest.untouched(() => guest.tsntp(args)), EXIT.refused);
    },
  },
  {
    ...{ name: 'after a reboot, an hour is corrected again', group, machine, asked: '+1 h' },
    servers: { hour: 3600, other: 7200 },
    async run(guest) {
      await setByFirst(guest);
      rebooted();
      ended(await guest.tsntp(['sync', guest.address('other')]), EXIT.done);
      return guest.residual('other');
    },
  },
  {
    ...{ name: 'a clock at 1970 is repaired at any run', group, machine, asked: 'from 1970' },
    servers: { hour: 3600 },
    async run(guest) {
      await setByFirst(guest);
      setTime(120_000_000_000n);
      ended(await guest.tsntp(['sync', guest.address('hour')]), EXIT.done);
      return guest.residual('hour');
    },
  },
];

async function setByFirst(guest) {
  ended(await guest.tsntp(['sync', guest.address('hour')]), EXIT.done);
  await guest.residual('hour');
}
