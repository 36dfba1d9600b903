// An emulated ARM board: cases of the other groups once more, on an arm64 kernel and all in one boot, and a hardware clock
// that keeps its own second.

import { strict as assert } from 'node:assert';
import { kernelClock, setKernelClock } from '../guest/kernel.js';
import { drift } from './drift.js';
import { EXIT, ended, near, said } from './expect.js';
import { frequency } from './frequency.js';
import { SYSTEM_LIMIT, TURN_LIMIT, turnsTrue } from './hardware.js';
import { step } from './step.js';

/** In seconds; the emulated network of a busy host delays one direction by some milliseconds. */
const SLEW_LIMIT = 10e-3;

const group = 'arm';
const machine = 'arm';
/** The board's second changes with the host's: this much before the server's, in seconds, and never elsewhere. */
const LEFT = 0.29;

const LEFT_IN_WORDS = /, within 0\.(2[789]|3[01]) s: this hardware clock keeps its own second/;

/** A rate comes first: it requires a clock that was never synchronized. All have a server that is right. */
const repeated = [
  named(frequency, '37.412109375 ppm is set, kept after the process, and in effect'),
  named(step, 'a board that boots in 1970'),
  { name: 'a slew', run: slewed },
  named(drift, 'the rate is set with the time, and kept after the run'),
];

export const arm = [
  {
    ...{ name: 'an ARM board: its rate set, stepped from 1970, slewed, its rate learned', group, machine },
    ...{ asked: 'all', seconds: 180, servers: { main: 0 } },
    async run(guest) {
      const slow = { ...guest, idle() {}, residual: name => guest.residual(name, SYSTEM_LIMIT) };
      let result;
      for (const { name, run } of repeated) {
        result = await run(slow).catch(error => {
          throw Object.assign(error, { message: `${name}: ${error.message}` });
        });
        setKernelClock({ frequency: 0, tick: 10_000 });
      }
      return result;
    },
  },
  {
    ...{ name: 'a PL031, whose second cannot be moved, is set to the nearest', group, machine },
    ...{ asked: 'from 2020', hardwareTime: '2020-01-01T00:00:00', seconds: 120, servers: { main: LEFT } },
    async run(guest) {
      const address = guest.address('main');
      const { stdout } = ended(await guest.tsntp(['sync', '--json', '-w', address]), EXIT.done);
      const { rtcWritten, message, warnings } = JSON.parse(stdout);
      assert.deepEqual(warnings, []);
      assert.equal(rtcWritten.keepsSecond, true);
      near('what is left', rtcWritten.offset, -LEFT, TURN_LIMIT);
      assert.match(message, LEFT_IN_WORDS);
      await guest.residual('main', SYSTEM_LIMIT);
      said(ended(await guest.tsntp(['rtc', 'write']), EXIT.done), LEFT_IN_WORDS);
      const result = await turnsTrue(guest, 0, LEFT + TURN_LIMIT);
      near('the hardware clock less the true time', result.residual, -LEFT, TURN_LIMIT);
      await guest.misset('main', -1000);
      ended(await guest.tsntp(['rtc', 'read']), EXIT.done);
      near('the clock after rtc read', (await guest.error('main')).error, -LEFT, TURN_LIMIT + SYSTEM_LIMIT);
      return result;
    },
  },
];

/** A slew adds what is missing, at 500 ppm: nearly all of it is left at the end of the run. */
async function slewed(guest) {
  await guest.misset('main', -0.1);
  ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
  const { slewLeft } = kernelClock();
  near("the slew's rest", slewLeft, -(await guest.error('main')).error, SLEW_LIMIT);
  await guest.sleep(5);
  near('the slew of 5 s', slewLeft - kernelClock().slewLeft, 5 * 500e-6, 1e-3);
}

function named(cases, name) {
  const found = cases.find(c => c.name === name);
  if (!found) throw new Error(`no case is named "${name}"`);
  return found;
}
