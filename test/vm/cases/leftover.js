// A slew after a time service was stopped: what the service left in the kernel must not add to the slew.

import { strict as assert } from 'node:assert';
import { raw } from '../clock.js';
import { kernelClock, STA_FLL, STA_FREQHOLD, STA_PLL, STA_UNSYNC, setKernelClock } from '../guest/kernel.js';
import { EXIT, ended, near } from './expect.js';

const STEERING = STA_PLL | STA_FLL | STA_FREQHOLD;
/** The offset left to apply in µs. The loop would apply 10 ms of it in 15 s, and this many seconds in the first one. */
const PENDING = 46_000;
const LOOP_RATE = 46e-3 / 64;
/** A run takes no longer on a host that is not busy, in seconds. Meanwhile the loop moves the clock. */
const BRIEFLY = 4;

/** In seconds: the measurement, the kernel's last second of a slew, and the loop's share of the second that had begun. */
const LIMIT = 3e-3;
/** In seconds: what of the slew's and the loop's shares of a second was in progress when the clock was read. */
const GRAIN = 2e-3;

const services = [
  ['nothing', { status: STA_UNSYNC, frequency: 0, pending: 0 }],
  ['timesyncd', { status: STA_PLL, frequency: 0, pending: PENDING }],
  ['timesyncd, the other way', { status: STA_PLL, frequency: 20, pending: -PENDING }],
  ['ntpd', { status: STA_PLL | STA_FLL, frequency: -20, pending: PENDING }],
  ['ntpd with its frequency held', { status: STA_PLL | STA_FREQHOLD, frequency: 20, pending: -PENDING }],
  ['a loop that is off', { status: STA_UNSYNC, frequency: 0, pending: PENDING }],
];

export const leftover = services.map(([name, { status, frequency, pending }]) => ({
  ...{ name: `a slew after ${name}`, group: 'leftover', machine: 'uml', asked: '+5 ms', seconds: 20 },
  servers: { main: 0 },
  async run(guest) {
    await guest.misset('main', -0.005);
    setKernelClock({
      status: status | STA_PLL,
      frequency: frequency * 65536,
      timeConstant: 0,
      offset: pending,
    });
    setKernelClock({ status });
    const began = raw();
    ended(await guest.tsntp(['sync', '--slew', guest.address('main')]), EXIT.done);
    const took = Number(raw() - began) / 1e9;
    const kernel = kernelClock();
    assert.equal(kernel.loopLeft, 0, 'the loop has something left to apply');
    assert.equal(kernel.status & STEERING, 0, 'the loop is still on');
    near('the frequency', kernel.frequency, frequency, 0.01);
    assert.ok(kernel.synchronized, 'the clock was not marked as synchronized');
    const { error } = await guest.error('main');
    const { slewLeft } = kernelClock();
    const looked = raw();
    const moved = pending === 0 ? 0 : LOOP_RATE * Math.max(0, took - BRIEFLY);
    near('the slew', slewLeft, -error, LIMIT + moved);
    guest.idle();
    await guest.sleep(15);
    for (let waited = 0; kernelClock().slewLeft !== 0; waited++) {
      assert.ok(waited < 30, 'the slew is not complete');
      await guest.sleep(1);
    }
    // The share of the last second is still being applied when the kernel reports 0.
    await guest.sleep(2);
    const after = await guest.error('main');
    const gained = (frequency * Number(raw() - looked)) / 1e15;
    near('the clock after the slew', after.error, error + slewLeft + gained, GRAIN);
    return { residual: after.error };
  },
}));
