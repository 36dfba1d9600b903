// An emulated ARM board: cases of the other groups once more, on an arm64 kernel, and a hardware clock that keeps its own
// second.

import { strict as assert } from 'node:assert';
import { raw } from '../clock.js';
import { kernelClock } from '../guest/kernel.js';
import { drift } from './drift.js';
import { EXIT, ended, near, said } from './expect.js';
import { frequency } from './frequency.js';
import { SYSTEM_LIMIT, TURN_LIMIT, turnsTrue } from './hardware.js';
import { step } from './step.js';

/** In seconds; the emulated network of a busy host delays one direction by some milliseconds. */
const SLEW_LIMIT = 10e-3;
/** How fast a slew moves the clock. */
const RATE = 500e-6;

const group = 'arm';
const machine = 'arm';
/** The board's second changes with the host's: this much before the server's, in seconds, and never elsewhere. */
const LEFT = 0.29;

const LEFT_IN_WORDS = /, within 0\.(2[789]|3[01]) s: this hardware clock keeps its own second/;

/** Cases of other groups once more, on an arm64 kernel. */
const repeated = [
  ['stepped from 1970', named(step, 'a board that boots in 1970')],
  [
    '37.412109375 ppm set',
    named(frequency, '37.412109375 ppm is set, kept after the process, and in effect'),
  ],
  ['its rate learned', named(drift, 'the rate is set with the time, and kept after the run')],
];

export const arm = [
  ...repeated.map(([name, { run, asked }]) => ({
    ...{ name: `an ARM board: ${name}`, group, machine, asked, seconds: 20, servers: { main: 0 } },
    async run(guest) {
      // An emulated processor does not rest, and its network is slow.
      return run({ ...guest, idle() {}, residual: server => guest.residual(server, SYSTEM_LIMIT) });
    },
  })),
  {
    ...{ name: 'an ARM board: slewed', group, machine, asked: '+100 ms', seconds: 20, servers: { main: 0 } },
    run: slewed,
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
  const { error, uncertainty } = await guest.error('main');
  near("the slew's rest", slewLeft, -error, SLEW_LIMIT);
  const looked = { left: kernelClock().slewLeft, at: raw() };
  await guest.sleep(10);
  const done = looked.left - kernelClock().slewLeft;
  const seconds = Number(raw() - looked.at) / 1e9;
  // The kernel hands it out second by second.
  near('the slew', done, seconds * RATE, 1.1 * RATE);
  const moved = (await guest.error('main')).error - error;
  assert.ok(moved > 2e-3, `the clock was moved by ${moved} s`);
  return {
    residual: error + slewLeft,
    seen: `± ${(uncertainty * 1e3).toFixed(3)} ms, ${((done / seconds) * 1e6).toFixed(0)} ppm`,
  };
}

function named(cases, name) {
  const found = cases.find(c => c.name === name);
  if (!found) throw new Error(`no case is named "${name}"`);
  return found;
}
