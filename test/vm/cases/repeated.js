// `tsntp sync --every`: the loop of a container. Each run sets the clock right, whatever has happened to it meanwhile.

import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, ended } from './expect.js';

const EXIT_TERMINATED = 143;
/** The shortest period, in seconds. */
const EVERY = 8;
/** What is no capability but CAP_SYS_TIME, as in a container. */
const IN_CONTAINER = ['setpriv', '--bounding-set', '-all,+sys_time', '--inh-caps', '-all', '--no-new-privs'];

export const repeated = [
  {
    name: 'a loop puts right what is done to the clock between two runs',
    ...{ group: 'repeated', machine: 'uml', asked: '+3.25 s', servers: { main: 3.25 }, seconds: 2 * EVERY },
    async run(guest) {
      const args = ['sync', '--every', `${EVERY}`, '--json', guest.address('main')];
      const loop = guest.startTsntp(args, { under: IN_CONTAINER });
      assert.equal((await report(loop, 0)).result, 'adjusted');
      await guest.residual('main');
      ended(await guest.tsntp(['status']), EXIT.done);
      await guest.misset('main', 40);
      const { result, offset } = await report(loop, 1);
      assert.equal(result, 'adjusted');
      assert.ok(Math.abs(offset + 40) < 0.1, `it measured ${offset} s`);
      const after = await guest.residual('main');
      loop.child.kill('SIGTERM');
      ended(await loop.ended, EXIT_TERMINATED);
      return after;
    },
  },
];

/** The report of a run of the loop, once it has been printed. */
async function report(loop, number) {
  const lines = () => loop.stdout.split('\n').slice(0, -1);
  while (lines().length <= number) {
    assert.equal(loop.child.exitCode, null, `the loop ended: ${loop.stderr}`);
    await sleep(50);
  }
  return JSON.parse(lines()[number]);
}
