// The Windows adapter on a real kernel's clock: the packed tsntp on Node for Windows, under wine. All in one boot.

import { strict as assert } from 'node:assert';
import { kernelClock } from '../guest/kernel.js';
import { openWindows } from '../guest/windows.js';
import { EXIT, ended, near } from './expect.js';

/** SetSystemTime takes milliseconds, and returns late in a busy guest; in seconds. */
const STEP_LIMIT = 5e-3;
const SLEW_LIMIT = 3e-3;
/** What a slew adds to the rate, in ppm. */
const SLEW = 500;
/** The rate before the slew, in ppm, a multiple of the adapter's unit. */
const RATE = 37.4;
/** Of a rate in units of Windows, as a multiple of 2^-16 ppm. */
const EXACTLY = 1e-4;

export const windows = [
  {
    ...{ name: 'Windows steps, sets a rate, holds a slew on it and restores it', group: 'windows' },
    ...{ machine: 'uml', asked: 'all', seconds: 240, servers: { main: 0 }, parameters: ['mem=1G'] },
    async run(guest) {
      const windows = openWindows(guest, guest.wine);
      await steps(guest, windows, 3.25);
      await steps(guest, windows, -3600);
      await windows.adapter(`clock.setFrequency({ frequency: ${RATE}, tick: 10_000 });`);
      holds('the rate that was set', RATE);
      await killed(guest, windows);
      return slews(guest, windows, 0.012);
    },
  },
];

async function steps(guest, windows, offset) {
  await guest.misset('main', -offset);
  const { stdout } = ended(
    await windows.tsntp(['sync', '-b', '-w', '--json', guest.address('main')]),
    EXIT.done,
  );
  const { result, rtc, warnings } = JSON.parse(stdout);
  assert.deepEqual({ result, rtc, warnings }, { result: 'adjusted', rtc: 'kept-by-system', warnings: [] });
  return guest.residual('main', STEP_LIMIT);
}

/** A slew lasts while tsntp runs, and the rate that it was put on is there again at its end. */
async function slews(guest, windows, offset) {
  await guest.misset('main', -offset);
  const run = windows.startTsntp(['sync', '--no-drift', guest.address('main')]);
  await changed();
  holds('the rate during the slew', RATE + SLEW);
  guest.idle();
  ended(await run.ended, EXIT.done);
  holds('the rate after the slew', RATE);
  return guest.residual('main', SLEW_LIMIT);
}

/** The rate that a killed run leaves is restored by the next run. */
async function killed(guest, windows) {
  await guest.misset('main', -0.1);
  const run = windows.startTsntp(['sync', '--no-drift', guest.address('main')]);
  await changed();
  run.child.kill('SIGKILL');
  await run.ended;
  holds('the rate after a kill', RATE + SLEW);
  await steps(guest, windows, 0.1);
  holds('the rate after the next run', RATE);
}

async function changed() {
  for (let tries = 0; tries < 600; tries++) {
    if (Math.abs(ppm() - RATE) > EXACTLY) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error('no slew begins');
}

function holds(what, expected) {
  near(what, ppm(), expected, EXACTLY);
}

/** The rate of the kernel's clock. */
function ppm() {
  const { frequency, tick } = kernelClock();
  return frequency + (tick - 10_000) * 100;
}
