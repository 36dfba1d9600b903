// The panic limit and its memory: one large correction per boot, and no more unless the user allows it.

import { writeFileSync } from 'node:fs';
import { IN_1970, setTime } from '../guest/kernel.js';
import { EXIT, ended, rebooted, said } from './expect.js';

const group = 'panic';
const machine = 'uml';

export const panic = [
  {
    ...{ name: 'a second correction by an hour is refused', group, machine, asked: 'nothing' },
    servers: { hour: 3600, other: 7200 },
    async run(guest) {
      await setByFirst(guest);
      const run = await guest.untouched(() => guest.tsntp(['sync', guest.address('other')]));
      ended(run, EXIT.refused);
      return guest.residual('hour');
    },
  },
  {
    ...{ name: '-g allows a second correction by an hour', group, machine, asked: '+1 h' },
    servers: { hour: 3600, other: 7200 },
    async run(guest) {
      await setByFirst(guest);
      ended(await guest.tsntp(['sync', '-g', guest.address('other')]), EXIT.done);
      return guest.residual('other');
    },
  },
  {
    ...{ name: '--max-offset applies even to the first run', group, machine, asked: 'nothing' },
    servers: { hour: 3600 },
    async run(guest) {
      const run = await guest.untouched(() =>
        guest.tsntp(['sync', '--max-offset', '10', guest.address('hour')]),
      );
      ended(run, EXIT.refused);
    },
  },
  {
    ...{ name: '--max-offset applies even with -g', group, machine, asked: 'nothing' },
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
    ...{ name: 'a clock at 1970 is corrected on any run', group, machine, asked: 'from 1970' },
    servers: { hour: 3600 },
    async run(guest) {
      await setByFirst(guest);
      setTime(IN_1970);
      ended(await guest.tsntp(['sync', guest.address('hour')]), EXIT.done);
      return guest.residual('hour');
    },
  },
  {
    ...{ name: 'eight servers, each 999 s further: the sum is refused', group, machine, asked: '+999 s' },
    servers: Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`s${i + 1}`, 999 * (i + 1)])),
    async run(guest) {
      // From then on the clock counts as set.
      ended(await guest.tsntp(['sync', '-g', guest.address('s1')]), EXIT.done);
      ended(await guest.tsntp(['sync', guest.address('s2')]), EXIT.done);
      const began = await guest.residual('s2');
      for (let i = 3; i <= 8; i++) {
        const run = await guest.untouched(() => guest.tsntp(['sync', '-p1', guest.address(`s${i}`)]));
        said(ended(run, EXIT.refused), i === 3 ? /with the corrections since boot/ : /panic limit of 1000 s/);
      }
      ended(await guest.tsntp(['sync', '-g', guest.address('s3')]), EXIT.done);
      ended(await guest.tsntp(['sync', guest.address('s4')]), EXIT.done);
      await guest.residual('s4');
      return began;
    },
  },
  {
    ...{ name: 'an invalid state file does not lift the limit', group, machine, asked: 'nothing' },
    servers: { hour: 3600, other: 7200 },
    async run(guest) {
      await setByFirst(guest);
      writeFileSync('/var/lib/tsntp/state.json', 'garbage');
      const run = await guest.untouched(() => guest.tsntp(['sync', guest.address('other')]));
      said(ended(run, EXIT.refused), /cannot tell whether.*-g lifts it/);
    },
  },
  {
    ...{
      name: 'the scheduled cron lines: 1970 at boot, then no more than 60 s',
      group,
      machine,
      asked: 'from 1970',
    },
    servers: { main: 0, minutes: 300 },
    async run(guest) {
      const main = guest.address('main');
      const schedule = ['schedule', '--as', 'cron', '--print', '--', '--max-offset=60', main];
      const { stdout } = ended(await guest.tsntp(schedule), EXIT.done);
      const lines = [...stdout.matchAll(/^(?:@reboot|\d.*\*) +root +(.*)$/gm)];
      const [atBoot, later] = lines.map(([, command]) => command);
      const run = command => guest.start(['sh', '-c', command]).ended;
      setTime(IN_1970);
      await run(atBoot);
      const repaired = await guest.residual('main');
      ended(await guest.untouched(() => run(later.replace(main, guest.address('minutes')))), EXIT.refused);
      return repaired;
    },
  },
];

async function setByFirst(guest) {
  ended(await guest.tsntp(['sync', guest.address('hour')]), EXIT.done);
  await guest.residual('hour');
}
