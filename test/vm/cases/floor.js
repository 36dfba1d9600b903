// `tsntp rtc floor` on machines that boot in the past: User Mode Linux has no hardware clock, and QEMU's is in 1970. The clock
// continues from the last measured time, and the next run may correct any error.

import { strict as assert } from 'node:assert';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { realtime } from '../clock.js';
import { IN_1970, kernelClock, setTime } from '../guest/kernel.js';
import { EXIT, ended, near, rebooted, said } from './expect.js';
import { keptByChronyd } from './interference.js';
import { ORDINARY_USER } from './privileges.js';

const group = 'floor';
const machine = 'uml';
const FILE = '/var/lib/tsntp/floor';
const YEAR = 365.25 * 86_400;
/** How much later than the floor the clock may be after tsntp set it to that, in seconds; a loaded host is slow. */
const LATE = 30;

export const floor = [
  {
    ...{
      name: 'from 1970 to the last measured time, then to the present',
      group,
      machine,
      asked: 'from 1970',
    },
    servers: { main: 0, nextYear: YEAR },
    async run(guest) {
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      isPrivate();
      // The measured time less its error bound.
      near('the floor', kept(), seconds(), LATE);
      bootIn1970();
      const floorKept = kept();
      said(
        ended(await guest.tsntp(['rtc', 'floor']), EXIT.done),
        /1970-.* before the floor .*has been set to it/,
      );
      near('the clock less the floor', seconds() - floorKept, LATE / 2, LATE / 2);
      assert.equal(kernelClock().synchronized, false, 'the floor counts as synchronized');
      const { stdout } = ended(await guest.tsntp(['status', '--json']), EXIT.noServer);
      assert.equal(JSON.parse(stdout).lastSet.sinceBoot, false, 'the floor counts as set since boot');
      assert.equal(kept(), floorKept, 'the floor was changed by its own use');
      ended(await guest.tsntp(['sync', guest.address('nextYear')]), EXIT.done);
      return guest.residual('nextYear');
    },
  },
  {
    ...{ name: 'a run at a later time does nothing', group, machine, asked: 'nothing', servers: { main: 0 } },
    async run(guest) {
      ended(await guest.tsntp(['sync', '--step', guest.address('main')]), EXIT.done);
      const run = await guest.untouched(() => guest.tsntp(['rtc', 'floor']));
      said(ended(run, EXIT.done), /after the floor .*nothing to do/);
    },
  },
  {
    ...{ name: 'a dry run sets nothing, and another machine state has no floor', group, machine },
    ...{ asked: 'nothing', servers: { main: 0 } },
    async run(guest) {
      ended(await guest.tsntp(['sync', '-n', guest.address('main')]), EXIT.done);
      ended(await guest.untouched(() => guest.tsntp(['rtc', 'floor'])), EXIT.noServer);
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      bootIn1970();
      const run = await guest.untouched(() => guest.tsntp(['rtc', 'floor', '-n']));
      said(ended(run, EXIT.done), /would be set/);
    },
  },
  {
    ...{ name: 'false servers put the floor nine years ahead, -g puts it back', group, machine },
    ...{ asked: '-9 years', servers: { main: 0, liar: 9 * YEAR } },
    async run(guest) {
      ended(await guest.tsntp(['sync', guest.address('liar')]), EXIT.done);
      const wrong = kept();
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.refused);
      assert.equal(kept(), wrong, 'a refused correction changed the floor');
      ended(await guest.tsntp(['sync', '-g', guest.address('main')]), EXIT.done);
      bootIn1970();
      ended(await guest.tsntp(['rtc', 'floor']), EXIT.done);
      return guest.residual('main', LATE);
    },
  },
  {
    ...{ name: 'false servers put the floor nine years ahead, and the machine boots', group, machine },
    ...{ asked: '-9 years', servers: { main: 0, liar: 9 * YEAR } },
    async run(guest) {
      ended(await guest.tsntp(['sync', guest.address('liar')]), EXIT.done);
      bootIn1970();
      ended(await guest.tsntp(['rtc', 'floor']), EXIT.done);
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      near('the floor', kept(), seconds(), LATE);
      return guest.residual('main');
    },
  },
  {
    ...{ name: 'a clock that another program has synchronized is left alone', group, machine },
    ...{ asked: 'nothing', servers: { true: 0, main: 3.25 } },
    async run(guest) {
      mkdirSync('/var/lib/tsntp', { mode: 0o700 });
      writeFileSync(FILE, `${new Date((seconds() + 3600) * 1000).toISOString()}\n`, { mode: 0o600 });
      await keptByChronyd(guest);
      const run = ended(await guest.tsntp(['rtc', 'floor']), EXIT.done);
      said(run, /the kernel considers it synchronized, which counts more/);
      // With a clock that is before it, chronyd is a competitor.
      bootIn1970();
      said(ended(await guest.tsntp(['rtc', 'floor']), EXIT.otherService), /chronyd/);
    },
  },
  {
    ...{ name: 'without the right to set the clock: exit 4', group, machine, asked: 'nothing' },
    servers: { main: 0 },
    async run(guest) {
      mkdirSync('/run/own', { mode: 0o700 });
      writeFileSync('/run/own/floor', '2026-01-01T00:00:00Z\n', { mode: 0o600 });
      await guest.start(['chown', '-R', '65534:65534', '/run/own']).ended;
      setTime(IN_1970);
      const args = ['rtc', 'floor', '--state', '/run/own'];
      const run = await guest.untouched(() => guest.tsntp(args, { under: ORDINARY_USER }));
      said(ended(run, EXIT.notPermitted), /before the floor 2026-01-01T00:00:00Z .*Run as root/);
    },
  },
  {
    ...{ name: 'a hardware clock that is in 1970 is left alone by the floor', group, machine: 'qemu' },
    ...{ asked: 'from 1970', hardwareTime: '1970-01-02T00:00:00', servers: { main: 0 } },
    async run(guest) {
      mkdirSync('/var/lib/tsntp', { mode: 0o700 });
      writeFileSync(FILE, '2026-11-21T00:00:00Z\n', { mode: 0o600 });
      ended(await guest.tsntp(['rtc', 'floor']), EXIT.done);
      near('the clock less the floor', seconds() - kept(), LATE, LATE);
      const { stdout } = ended(await guest.tsntp(['rtc', 'show']), EXIT.done);
      assert.match(
        stdout,
        /^\/dev\/rtc0 shows 1970-01-02T.*\nThe floor, for "tsntp rtc floor", is 2026-11-21T/,
      );
      ended(await guest.tsntp(['sync', '-w', guest.address('main')]), EXIT.done);
      return guest.residual('main', 5e-3);
    },
  },
];

/** Makes the machine look like one that has just booted, without a hardware clock. */
function bootIn1970() {
  try {
    rebooted();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  setTime(IN_1970);
}

/** The floor in seconds since 1970. */
function kept() {
  return Date.parse(readFileSync(FILE, 'utf8').trim()) / 1000;
}

function seconds() {
  return Number(realtime()) / 1e9;
}

function isPrivate() {
  const { mode, uid } = statSync(FILE);
  assert.deepEqual([mode & 0o777, uid], [0o600, 0]);
  assert.deepEqual(
    readdirSync('/var/lib/tsntp').filter(name => name.startsWith('floor')),
    ['floor'],
  );
}
