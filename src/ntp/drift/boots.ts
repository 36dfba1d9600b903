// The rates that the oscillator had in earlier boots → what may be expected of this one. The rate of a processor's
// counter is measured anew at each boot and differs by tens of ppm. Earlier boots are therefore a hint, and count as
// knowledge only if they agree.

import type { RatePrior } from './oscillator.ts';

/** The last estimate of an earlier boot. */
export interface EarlierBoot {
  /** The correction of the rate, in ppm. */
  readonly frequency: number;
  /** Its standard deviation, in ppm. */
  readonly sigma: number;
  /** How many samples it rests on; 0 = imported from another program's drift file. */
  readonly runs: number;
  /** The kernel's clock source, where that is known. */
  readonly clocksource?: string;
}

/** What earlier boots let expect. */
export interface RateExpectation extends RatePrior {
  /** The boots agree so well that the rate may be set before anything has been measured in this one. */
  readonly agreed: boolean;
}

/** The standard deviation of a rate that only one earlier boot tells, in ppm. */
const LONE_BOOT = 20;
/** The least standard deviation with more of them. */
const LEAST_SPREAD = 5;
/** Boots that scatter by less than this, in ppm, share a crystal that is not measured anew. */
const AGREEMENT = 3;

/** What to expect of the rate in a new boot with this clock source; undefined where nothing is known. */
export function expectationOf(
  boots: readonly EarlierBoot[],
  clocksource?: string,
): RateExpectation | undefined {
  const alike = boots.filter(
    boot => boot.clocksource === undefined || clocksource === undefined || boot.clocksource === clocksource,
  );
  if (alike.length === 0) return undefined;
  const mean = alike.reduce((sum, { frequency }) => sum + frequency, 0) / alike.length;
  if (alike.length === 1) return { frequency: mean, sigma: LONE_BOOT, agreed: false };
  const squares = alike.reduce((sum, { frequency }) => sum + (frequency - mean) ** 2, 0);
  const scatter = Math.sqrt(squares / (alike.length - 1));
  return { frequency: mean, sigma: Math.max(scatter, LEAST_SPREAD), agreed: scatter < AGREEMENT };
}
