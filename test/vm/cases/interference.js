// Other programs that set the clock: a real chronyd, another tsntp, and a killed tsntp.

import { strict as assert } from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import { kernelClock } from '../guest/kernel.js';
import { libraryPath, toolPath } from '../tools.js';
import { EXIT, ended, said } from './expect.js';

const group = 'interference';
const machine = 'uml';
/** Slow enough for the other program to interfere. */
const SLOWLY = ['--samples', '6', '--interval', '2'];
/** Slow enough for another run from its start to its end, on a busy host. */
const MORE_SLOWLY = ['--samples', '6', '--interval', '5', '--deadline', '40'];

export const interference = [
  {
    ...{ name: 'chronyd is running: refused, naming chronyd', group, machine, asked: 'nothing' },
    servers: { true: 0, main: 3.25 },
    async run(guest) {
      await keptByChronyd(guest);
      const { error } = await guest.error('true');
      const run = ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.otherService);
      said(said(run, /the NTP socket is in use, exiting/), /chronyd/);
      const moved = (await guest.error('true')).error - error;
      assert.ok(Math.abs(moved) < 1e-3, `the clock was moved by ${moved} s`);
    },
  },
  {
    ...{ name: 'chronyd is running: --force sets the clock', group, machine, asked: '+3.25 s' },
    servers: { true: 0, main: 3.25 },
    async run(guest) {
      await keptByChronyd(guest);
      ended(await guest.tsntp(['sync', '--force', guest.address('main')]), EXIT.done);
      return guest.residual('main');
    },
  },
  {
    ...{ name: 'chronyd is running: a dry run reports it', group, machine, asked: 'nothing' },
    servers: { true: 0, main: 3.25 },
    async run(guest) {
      await keptByChronyd(guest);
      said(ended(await guest.tsntp(['sync', '-n', guest.address('main')]), EXIT.otherService), /chronyd/);
      ended(await guest.tsntp(['sync', '-n', '--force', guest.address('main')]), EXIT.done);
    },
  },
  {
    ...{ name: 'chronyd is running: a query is not affected', group, machine, asked: 'nothing' },
    servers: { true: 0, main: 3.25 },
    async run(guest) {
      await keptByChronyd(guest);
      ended(await guest.tsntp(['query', guest.address('main')]), EXIT.done);
    },
  },
  {
    ...{
      name: 'two runs at a time: the second ends immediately, the first sets the clock',
      group,
      machine,
      asked: '+3.25 s',
      seconds: 25,
    },
    servers: { main: 3.25 },
    async run(guest) {
      const first = guest.startTsntp(['sync', ...MORE_SLOWLY, guest.address('main')]);
      await guest.sleep(4);
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.otherService);
      assert.equal(first.code, undefined, 'the first had ended before the second');
      guest.idle();
      ended(await first.ended, EXIT.done);
      return guest.residual('main');
    },
  },
  {
    ...{ name: 'a killed run leaves no lock behind', group, machine, asked: '+3.25 s' },
    servers: { main: 3.25 },
    async run(guest) {
      const first = guest.startTsntp(['sync', ...SLOWLY, guest.address('main')]);
      await guest.sleep(4);
      first.child.kill('SIGKILL');
      assert.equal((await first.ended).signal, 'SIGKILL', 'the first had ended before it was killed');
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      return guest.residual('main');
    },
  },
];

/** Starts a chronyd and waits until it controls the clock: with `rtcsync` it marks the clock as synchronized. */
export async function keptByChronyd(guest) {
  const { host, port } = guest.server('true');
  mkdirSync('/run/chrony', { mode: 0o750 });
  const configuration = `server ${host} port ${port} iburst\nmakestep 0.001 1\nrtcsync\npidfile /run/chrony/pid\ncmdport 0\n`;
  writeFileSync('/run/chrony.conf', configuration);
  const program = toolPath(guest.tools, 'chronyd');
  const env = { LD_LIBRARY_PATH: libraryPath(guest.tools) };
  guest.start([program, '-d', '-u', 'root', '-f', '/run/chrony.conf'], { env });
  for (let tries = 0; tries < 60; tries++) {
    await guest.sleep(0.5);
    // After its first burst it queries once a minute, which does not disturb the case.
    if (kernelClock().synchronized) return guest.sleep(6);
  }
  throw new Error('chronyd did not take control of the clock within 30 s');
}
