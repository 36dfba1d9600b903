// `tsntp wait`: until the kernel considers its clock synchronized, whichever program tells it so, and its corrections are
// done.

import { strict as assert } from 'node:assert';
import {
  IN_1970,
  kernelClock,
  STA_PLL,
  STA_UNSYNC,
  setKernelClock,
  setTime,
  startSlew,
} from '../guest/kernel.js';
import { EXIT, ended, said } from './expect.js';
import { keptByChronyd } from './interference.js';
import { ORDINARY_USER } from './privileges.js';

const group = 'wait';
const machine = 'uml';
const EXIT_TERMINATED = 143;

export const wait = [
  {
    ...{
      name: 'until another process marks the clock as synchronized',
      group,
      machine,
      servers: { main: 0 },
    },
    async run(guest) {
      const waiting = guest.startTsntp(['wait'], { under: ORDINARY_USER });
      await guest.sleep(6);
      assert.equal(waiting.code, undefined, 'it has not waited');
      synchronize();
      isSilent(ended(await waiting.ended, EXIT.done));
    },
  },
  {
    ...{ name: 'until chronyd has set the clock', group, machine, servers: { true: 0 } },
    async run(guest) {
      const waiting = guest.startTsntp(['wait']);
      await keptByChronyd(guest);
      isSilent(ended(await waiting.ended, EXIT.done));
    },
  },
  {
    ...{ name: 'until tsntp has set the clock', group, machine, asked: '+3.25 s', servers: { main: 3.25 } },
    async run(guest) {
      const waiting = guest.startTsntp(['wait', '--timeout', '60', '--within', '50ms']);
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      isSilent(ended(await waiting.ended, EXIT.done));
      return guest.residual('main');
    },
  },
  {
    ...{ name: 'no longer than its timeout', group, machine, asked: 'nothing', servers: { main: 0 } },
    async run(guest) {
      const run = await guest.untouched(() => guest.tsntp(['wait', '--timeout', '3']));
      said(
        ended(run, EXIT.noServer),
        /not good after 3 s: the kernel does not consider it synchronized\. No time service/,
      );
    },
  },
  {
    ...{ name: 'until a slew is nearly done', group, machine, servers: { main: 0 } },
    async run(guest) {
      synchronize();
      startSlew(0.104);
      isSilent(ended(await guest.tsntp(['wait', '--timeout', '60']), EXIT.done));
      const { slewLeft } = kernelClock();
      assert.ok(slewLeft <= 0.1 && slewLeft > 0.08, `${slewLeft} s of the slew were left`);
      const run = ended(await guest.tsntp(['wait', '--timeout', '2', '--within', '1ms']), EXIT.noServer);
      said(run, /a correction of \+\d+\.\d+ ms is under way; at most 1\.00 ms may be left/);
    },
  },
  {
    ...{ name: "until the kernel's own loop is nearly done", group, machine, servers: { main: 0 } },
    async run(guest) {
      synchronize(STA_PLL);
      setKernelClock({ timeConstant: 0 });
      setKernelClock({ offset: 110_000 });
      assert.ok(kernelClock().loopLeft > 0.1, 'the loop has no correction');
      isSilent(ended(await guest.tsntp(['wait', '--timeout', '120']), EXIT.done));
      const { loopLeft } = kernelClock();
      assert.ok(Math.abs(loopLeft) <= 0.1, `${loopLeft} s of the loop were left`);
    },
  },
  {
    ...{ name: 'for a likely error within a limit', group, machine, servers: { main: 0 } },
    async run(guest) {
      synchronize();
      setKernelClock({ estimatedError: 50_000 });
      isSilent(ended(await guest.tsntp(['wait']), EXIT.done));
      isSilent(ended(await guest.tsntp(['wait', '--within', '60ms']), EXIT.done));
      const run = ended(await guest.tsntp(['wait', '--timeout', '1', '--within', '10ms']), EXIT.noServer);
      said(run, /its likely error of 50\.00 ms is over 10\.00 ms/);
    },
  },
  {
    ...{
      name: 'in vain for a clock in 1970 that is called synchronized',
      group,
      machine,
      servers: { main: 0 },
    },
    async run(guest) {
      setTime(IN_1970);
      synchronize();
      const run = ended(await guest.tsntp(['wait', '--timeout', '1']), EXIT.noServer);
      said(run, /it shows 1970-01-02T\S+, before this tsntp was released/);
    },
  },
  ...[
    ['SIGINT', EXIT.interrupted],
    ['SIGTERM', EXIT_TERMINATED],
  ].map(([signal, code]) => ({
    ...{ name: `until ${signal}, with the reason`, group, machine, asked: 'nothing', servers: { main: 0 } },
    async run(guest) {
      const waiting = guest.startTsntp(['wait', '--timeout', 'none']);
      await guest.sleep(6);
      waiting.child.kill(signal);
      const run = ended(await waiting.ended, code);
      said(run, /^tsntp: interrupted after \d+ s: the kernel does not consider it synchronized\n$/);
      assert.ok(kernelClock().status & STA_UNSYNC);
    },
  })),
];

/** What another program does. */
function synchronize(status = 0) {
  setKernelClock({ status, maxError: 100_000, estimatedError: 1000 });
  assert.equal(kernelClock().synchronized, true);
}

function isSilent({ stdout, stderr }) {
  assert.equal(stdout + stderr, '');
}
