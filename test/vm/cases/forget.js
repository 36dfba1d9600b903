// `tsntp drift` on a real kernel: a reset puts the rate back to what it was before tsntp, and only that.

import { strict as assert } from 'node:assert';
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { kernelClock, setKernelClock } from '../guest/kernel.js';
import { EXIT, ended, near, said } from './expect.js';
import { ORDINARY_USER } from './privileges.js';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';
/** The rates in ppm that the kernel had at first, and that it has now. */
const [FOUND, SET] = [-12, 37.5];
/** The kernel's unit of the frequency, in ppm. */
const UNIT = 2 ** -15;

const about = { group: 'forget', machine: 'uml' };

export const forget = [
  {
    ...{ name: 'a reset puts the rate back, and forgets', asked: `${FOUND} ppm`, ...about },
    async run(guest) {
      const file = remember('/var/lib/tsntp');
      said(ended(await guest.tsntp(['drift', 'reset', '-n']), EXIT.done), /would be back at -12\.000 ppm/);
      near('the rate after a dry run', kernelClock().frequency, SET, UNIT);
      assert.ok(JSON.parse(readFileSync(file, 'utf8')).found, 'a dry run forgot');
      const { kernel, set, found } = await show(guest);
      near('the rate that is shown', kernel.frequency, SET, UNIT);
      assert.deepEqual([set.frequency, found.frequency], [SET, FOUND]);
      said(
        ended(await guest.tsntp(['drift', 'reset']), EXIT.done),
        /the kernel's rate is back at -12\.000 ppm \(from \+37\.500 ppm\)/,
      );
      near('the rate after the reset', kernelClock().frequency, FOUND, UNIT);
      assert.equal(kernelClock().tick, 10_000);
      assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')).samples, []);
      ended(await guest.tsntp(['drift', 'reset']), EXIT.done);
      near('the rate after a second reset', kernelClock().frequency, FOUND, UNIT);
    },
  },
  {
    ...{ name: 'a reset after a reboot leaves the rate', asked: `${SET} ppm`, ...about },
    async run(guest) {
      remember('/var/lib/tsntp', { bootId: 'the boot before' });
      said(ended(await guest.tsntp(['drift', 'reset']), EXIT.done), /since the machine booted/);
      near('the rate', kernelClock().frequency, SET, UNIT);
    },
  },
  {
    ...{ name: 'a reset by an ordinary user changes nothing', asked: `${SET} ppm`, ...about },
    async run(guest) {
      const state = '/tmp/state';
      const file = remember(state);
      for (const path of [state, file]) chownSync(path, USER, USER);
      const args = ['drift', 'reset', '--state', state];
      said(ended(await guest.tsntp(args, { under: ORDINARY_USER }), EXIT.notPermitted), /CAP_SYS_TIME/);
      near('the rate', kernelClock().frequency, SET, UNIT);
      assert.ok(JSON.parse(readFileSync(file, 'utf8')).found, 'it forgot the way back');
    },
  },
];

/** The user of ORDINARY_USER. */
const USER = 65_534;

/** Gives the kernel a rate, and tsntp a memory of having set it. */
function remember(directory, oscillator = { bootId: readFileSync(BOOT_ID, 'utf8').trim() }) {
  setKernelClock({ frequency: SET * 65_536 });
  const rate = { frequency: SET, tick: 10_000 };
  const memory = {
    ...{ version: 1, oscillator, boots: [], samples: [] },
    ...{ found: { frequency: FOUND, tick: 10_000 }, set: { ...rate, at: '2026-11-26T00:00:00.000000000Z' } },
    boots: [{ frequency: SET, sigma: 0.1, runs: 20 }],
  };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = `${directory}/drift.json`;
  writeFileSync(file, JSON.stringify(memory));
  chmodSync(file, 0o600);
  return file;
}

async function show(guest) {
  return JSON.parse(ended(await guest.tsntp(['drift', 'show', '--json']), EXIT.done).stdout);
}
