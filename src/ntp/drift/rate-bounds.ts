// The last two samples → the rates that may be set: what their error bounds leave room for. A server that lies can bend
// the rate no further than it can bend the time.

import { type DriftSample, isContinuous, phaseChange, sinceRawRestarted, spacing } from './drift-sample.ts';

/** Rates that may be set, in ppm as a correction: positive = the clock is made faster. */
export interface RateBounds {
  readonly low: number;
  readonly high: number;
}

/** The kernel's frequency goes no further (MAXFREQ, RFC 5905 §7.2), in ppm. */
export const MOST_BY_FREQUENCY = 500;
/** What the kernel's tick of 9,000 to 11,000 µs allows (adjtimex(2)), in ppm. */
export const MOST_BY_TICK = 100_000;
/** The rate to come may differ from the mean of the last interval, in ppm. */
const CHANGE = 1;

/** The bounds of the rate to set; `allowTick` = beyond ±500 ppm, too. */
export function rateBounds(samples: readonly DriftSample[], allowTick: boolean): RateBounds {
  const most = allowTick ? MOST_BY_TICK : MOST_BY_FREQUENCY;
  const within = (rate: number) => Math.min(Math.max(rate, -most), most);
  const [before, last] = sinceRawRestarted(samples).slice(-2);
  if (before === undefined || last === undefined || !isContinuous(before, last)) {
    return { low: -most, high: most };
  }
  const elapsed = spacing(before, last);
  const rate = (-1e6 * phaseChange(before, last)) / elapsed;
  const reach = (1e6 * (before.distance + last.distance)) / elapsed + CHANGE;
  return { low: within(rate - reach), high: within(rate + reach) };
}

/** The rate within the bounds that is closest to the wanted one. */
export function boundedRate(frequency: number, { low, high }: RateBounds): number {
  return Math.min(Math.max(frequency, low), high);
}
