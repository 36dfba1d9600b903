// `tsntp status`: reports the kernel's state and the last run without privileges and without changing anything. Exits
// with 0 if the clock is synchronized, else 3.

import { strict as assert } from 'node:assert';
import { kernelClock } from '../guest/kernel.js';
import { EXIT, ended, near, rebooted } from './expect.js';
import { ORDINARY_USER } from './privileges.js';

const group = 'status';
const machine = 'uml';
/** How far the clock is ahead before the run, in seconds. */
const AHEAD = 0.05;
const INSTANT = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`;

export const status = [
  {
    ...{ name: 'before the first run', group, machine, servers: { main: 0 } },
    async run(guest) {
      const report = await guest.untouched(() => json(guest, { code: EXIT.noServer }));
      assert.equal(report.synchronized, false);
      assert.equal(report.slewRemaining, 0);
      assert.equal(report.lastSet, undefined);
      const rows = [
        ['synchronized', /^no$/],
        ['slew left', /^none$/],
        ['last set', /^no record in \/var\/lib\/tsntp, \/var\/lib\/tsntp-timer$/],
        ['other programs', /^none$/],
        ['hardware clock', /^none$/],
      ];
      await shows(guest, rows, { code: EXIT.noServer });
    },
  },
  {
    ...{
      name: 'what last set the clock, and since when',
      group,
      machine,
      asked: '+3.25 s',
      servers: { main: 3.25 },
    },
    async run(guest) {
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      const { lastSet, ...report } = await guest.untouched(() => json(guest));
      assert.equal(report.synchronized, true);
      assert.equal(report.slewRemaining, 0);
      assert.equal(lastSet.kind, 'step');
      assert.equal(lastSet.sinceBoot, true);
      near('lastSet.offset', lastSet.offset, 3.25, 2);
      near('the age of lastSet.time', Date.parse(report.now) - Date.parse(lastSet.time), 5e3, 5e3);
      await shows(guest, [
        ['synchronized', new RegExp(`^yes, since ${INSTANT}Z$`)],
        ['error bound', /^± \d+\.\d+ ms$/],
        ['slew left', /^none$/],
        ['last set', new RegExp(`^${INSTANT}Z: step of \\+\\d\\.\\d+ s to 10\\.9\\.\\d+\\.1 \\(± .* ms\\)$`)],
      ]);
    },
  },
  {
    ...{ name: 'during a slew, as an ordinary user', group, machine, servers: { main: 0 } },
    async run(guest) {
      await guest.misset('main', AHEAD);
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      const report = await json(guest, { under: ORDINARY_USER });
      assert.equal(report.synchronized, true);
      near('slewRemaining', report.slewRemaining, kernelClock().slewLeft, 3e-3);
      near('maxError', report.maxError, kernelClock().maxError, 3e-3);
      assert.equal(report.lastSet, undefined, 'the state is readable by root only');
      assert.match(report.warnings.join(), /permission denied/);
      const under = ORDINARY_USER;
      await shows(guest, [['slew left', /^-4\d\.\d+ ms, for [89]\d s$/]], { under });
    },
  },
  {
    ...{ name: 'after a reboot', group, machine, servers: { main: 3.25 } },
    async run(guest) {
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      rebooted();
      const { synchronized, lastSet } = await json(guest, { code: EXIT.noServer });
      assert.equal(synchronized, false);
      assert.equal(lastSet.sinceBoot, false);
      const rows = [
        ['synchronized', /^no$/],
        ['last set', /Z, before this boot: step of \+/],
      ];
      await shows(guest, rows, { code: EXIT.noServer });
    },
  },
];

async function json(guest, { code = EXIT.done, ...options } = {}) {
  return JSON.parse(ended(await guest.tsntp(['status', '--json'], options), code).stdout);
}

/** Asserts that the lines with these names have matching values. */
async function shows(guest, expected, { code = EXIT.done, ...options } = {}) {
  const { stdout } = ended(await guest.tsntp(['status'], options), code);
  const rows = new Map([...stdout.matchAll(/^(.+?): +(.*)$/gm)].map(([, name, value]) => [name, value]));
  for (const [name, pattern] of expected) assert.match(rows.get(name) ?? '(no such line)', pattern, name);
}
