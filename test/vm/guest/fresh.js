// The clocks of a guest as they are after a boot, for a case that is not the first of its boot: the kernel's state of its
// clock, the time, and the hardware clock.

import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { realtime } from '../clock.js';
import {
  kernelClock,
  STA_PLL,
  STA_UNSYNC,
  setHardwareClock,
  setKernelClock,
  setTime,
  startSlew,
} from './kernel.js';
import { clockError } from './truth.js';

const SECOND = 1_000_000_000n;
/** Where in a second the hardware clock is written: a case that writes it must move its second. */
const ASKEW = 370_000_000n;
/** The kernel's time constant at boot, and the errors that it knows nothing about, in µs (kernel/time/ntp.c). */
const AT_BOOT = {
  frequency: 0,
  tick: 10_000,
  timeConstant: 2,
  maxError: 16_000_000,
  estimatedError: 16_000_000,
};

/** Undoes what earlier cases did to the clocks. `hardwareTime` is what the hardware clock shows at power-on. */
export async function freshClocks(truth, hardwareTime = 'utc') {
  startSlew(0);
  // An offset is only taken while the loop is on.
  setKernelClock({ status: STA_PLL, offset: 0 });
  setKernelClock({ status: STA_UNSYNC, ...AT_BOOT });
  const { error } = await clockError(truth);
  setTime(realtime() - BigInt(Math.round(error * 1e9)));
  if (existsSync('/dev/rtc0')) powerOn(hardwareTime);
  const { status, frequency, tick, slewLeft, loopLeft } = kernelClock();
  const expected = { status: STA_UNSYNC, frequency: 0, tick: 10_000, slewLeft: 0, loopLeft: 0 };
  assert.deepEqual(
    { status, frequency, tick, slewLeft, loopLeft },
    expected,
    'the clock is not as after a boot',
  );
}

/** Writes the hardware clock, and the system clock from it, as the kernel does at boot. */
function powerOn(hardwareTime) {
  while (realtime() % SECOND < ASKEW || realtime() % SECOND > ASKEW + SECOND / 20n);
  const now = realtime() / SECOND;
  const shown = hardwareTime === 'utc' ? now : BigInt(Date.parse(`${hardwareTime}Z`) / 1000);
  setHardwareClock(Number(shown));
  if (shown !== now) setTime(shown * SECOND);
}
