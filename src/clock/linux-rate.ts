// The kernel's NTP variables → how they correct the rate of the Linux clock; and a new correction of it, which the kernel
// keeps until the next boot. adjtimex(2); kernel/time/ntp.c. Positive = the clock is made faster.

import { isSameRate, type KernelRate } from '../ntp/drift/kernel-rate.ts';
import { MOST_BY_FREQUENCY, MOST_BY_TICK } from '../ntp/drift/rate-bounds.ts';
import { ClockError, type RateState } from './clock.ts';
import { signedRate } from './ffi.ts';
import { endLeftover, STA_PPSFREQ, STA_PPSTIME } from './leftover.ts';
import { FREQUENCY, TICK, type Timex, type TimexCall, type TimexRequest } from './timex.ts';

/** The kernel's frequency is in parts per million with a 16-bit fraction. */
const SCALE = 65_536;
/** The bounds of a tick in µs: a hundredth of a second ± 10 %. USER_HZ is 100 on every architecture of Node. */
const LEAST_TICK = 10_000 - MOST_BY_TICK / 100;
const MOST_TICK = 10_000 + MOST_BY_TICK / 100;

/** Converts the kernel's answer to the correction of the rate. */
export function rateStateOf({ freq, tick, offset, status }: Timex): RateState {
  const pulse = (status & (STA_PPSFREQ | STA_PPSTIME)) !== 0;
  // The kernel applies an offset that is left even after its loop was turned off.
  const moving = offset !== 0n;
  return {
    rate: { frequency: Number(freq) / SCALE, tick: Number(tick) },
    unit: 1 / SCALE,
    loops: [...(pulse ? ['PPS'] : []), ...(moving ? ['PLL'] : [])],
  };
}

/**
 * Sets frequency and tick in one call, after ending what a stopped time service left steering. The call touches no
 * slew: adjtime(3) has a variable of its own. Throws `ClockError`; the former rate then holds.
 */
export function setRate(adjust: TimexCall, rate: KernelRate): void {
  const attempt = `set the clock's rate to ${signedRate(rate)}`;
  if (!isAllowed(rate))
    throw new ClockError(
      'invalid',
      `cannot ${attempt}: the frequency may be ±${MOST_BY_FREQUENCY} ppm (is ${rate.frequency}), the tick ` +
        `${LEAST_TICK} to ${MOST_TICK} µs (is ${rate.tick})`,
    );
  const found = rateStateOf(adjust(attempt, { modes: 0 })).rate;
  endLeftover(adjust, attempt);
  const answer = rateStateOf(adjust(attempt, requestOf(rate))).rate;
  // The kernel limits a frequency without an error.
  if (isSameRate(answer, rate)) return;
  adjust(attempt, requestOf(found));
  throw new ClockError('failed', `cannot ${attempt}: the kernel made it ${signedRate(answer)}`);
}

function isAllowed({ frequency, tick }: KernelRate): boolean {
  const allowed = Math.abs(frequency) <= MOST_BY_FREQUENCY && tick >= LEAST_TICK && tick <= MOST_TICK;
  return allowed && Number.isInteger(tick);
}

function requestOf({ frequency, tick }: KernelRate): TimexRequest {
  return { modes: FREQUENCY | TICK, freq: BigInt(Math.round(frequency * SCALE)), tick: BigInt(tick) };
}
