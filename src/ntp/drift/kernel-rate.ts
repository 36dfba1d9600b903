// A correction of the rate in ppm ⇄ the two numbers that a Linux kernel makes it of: its tick and its frequency
// (adjtimex(2)). They add up.

import { MOST_BY_FREQUENCY, MOST_BY_TICK } from './rate-bounds.ts';

/** How the kernel corrects the rate of its clock. */
export interface KernelRate {
  /** In ppm; positive = the clock is made faster. */
  readonly frequency: number;
  /** The length of a hundredth of a second in µs; each µs more than 10,000 makes the clock 100 ppm faster. */
  readonly tick: number;
}

const TICK = 10_000;
const PPM_PER_TICK = 100;
/** Linux's unit of frequency, in ppm. */
const UNIT = 1 / 65_536;

/**
 * Up to ±500 ppm the frequency alone; beyond that the tick as well, up to ±100,000 ppm. The frequency is a multiple of
 * `unit`, the steps in which the platform can set it, in ppm.
 */
export function kernelRateOf(rate: number, unit: number = UNIT): KernelRate {
  const wanted = Math.min(Math.max(rate, -MOST_BY_TICK), MOST_BY_TICK);
  const ticks = Math.abs(wanted) <= MOST_BY_FREQUENCY ? 0 : Math.round(wanted / PPM_PER_TICK);
  return { frequency: inUnits(wanted - ticks * PPM_PER_TICK, unit) * unit, tick: TICK + ticks };
}

/** The whole correction of the rate, in ppm. */
export function rateOf({ frequency, tick }: KernelRate): number {
  return frequency + (tick - TICK) * PPM_PER_TICK;
}

/** Whether two corrections are the same to the unit that the kernel rounds to. */
export function isSameRate(a: KernelRate, b: KernelRate): boolean {
  return a.tick === b.tick && Math.abs(inUnits(a.frequency, UNIT) - inUnits(b.frequency, UNIT)) <= 1;
}

/** Adding 0 makes −0 a 0, which is what JSON keeps. */
function inUnits(frequency: number, unit: number): number {
  return Math.round(frequency / unit) + 0;
}
