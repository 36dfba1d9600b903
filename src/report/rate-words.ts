// What is known of the rate of a clock → words: how fast it is by itself, and how the kernel corrects it.
// Sign: a rate is a correction in ppm: positive = the clock loses = the kernel makes it faster.

import type { DriftState } from '../ntp/drift/drift-state.ts';
import { isSameRate, rateOf } from '../ntp/drift/kernel-rate.ts';
import type { MachineDrift } from '../pipeline/machine-drift.ts';
import { formatDuration, formatRate, toSecond } from './quantity.ts';

export const UNREADABLE = "only root can read what root's runs learned: sudo tsntp drift";
/** What a clock loses or gains in a day for each ppm, in seconds. */
const A_DAY = 0.0864;
/** Rates closer than this, in ppm, are the same for words: 1.8 ms in an hour. */
const CLOSE = 0.5;

/** How fast the clock is by itself, and what makes up for it: `loses 3.24 s a day (37.5 ppm); the kernel makes up for it`. */
export function explainRate(
  state: Pick<DriftState, 'rate' | 'boots' | 'kernel' | 'set'> & Pick<MachineDrift, 'unreadable'>,
): string {
  const { rate, boots, unreadable } = state;
  if (rate === undefined && unreadable) return `unknown: ${UNREADABLE}`;
  if (rate === undefined) return 'unknown: it takes two runs of tsntp sync, a quarter of an hour apart';
  if (rate.from === 'this-boot') return `${tendency(rate.frequency)}${compensation(state, rate)}`;
  const imported = boots.every(({ runs }) => runs === 0);
  const source = imported ? 'the imported drift file' : 'earlier boots';
  return `${tendency(rate.frequency)} according to ${source}; not yet measured in this boot`;
}

/** `loses 3.24 s a day (37.5 ppm)`. */
export function tendency(frequency: number): string {
  const size = Math.abs(frequency);
  const seconds = size * A_DAY;
  const text = seconds >= 1 && seconds < 1000 ? `${seconds.toFixed(2)} s` : formatDuration(seconds);
  const ppm = ppmText(frequency);
  if (ppm === '0') return 'neither loses nor gains (0 ppm)';
  return `${frequency > 0 ? 'loses' : 'gains'} ${text} a day (${ppm} ppm)`;
}

/** `loses 37.5 ppm`. */
export function trend(frequency: number): string {
  const ppm = ppmText(frequency);
  if (ppm === '0') return '0 ppm';
  return `${frequency > 0 ? 'loses' : 'gains'} ${ppm} ppm`;
}

/** The size of a rate: `37.5`, `3.240`. */
function ppmText(frequency: number): string {
  const size = Math.abs(frequency);
  return size < 0.0005 ? '0' : size.toFixed(size < 10 ? 3 : 1);
}

/** `20`, `7.3`. */
export function tenths(value: number): string {
  return String(Number(value.toFixed(1)));
}

function compensation(
  { kernel, set }: Pick<DriftState, 'kernel' | 'set'>,
  { frequency, sigma }: NonNullable<DriftState['rate']>,
): string {
  if (kernel === undefined) return '; what the kernel does about it is not known';
  const made = rateOf(kernel);
  const isClose = Math.abs(frequency - made) <= Math.max(CLOSE, 3 * sigma);
  if (made === 0 && isClose) return ', which needs no correction';
  if (made === 0) return `; nothing makes up for it${set === undefined ? ' yet' : ''}`;
  if (isClose || (set && isSameRate(set, kernel))) return '; the kernel makes up for it';
  return `; but the kernel corrects its rate by ${formatRate(made)}`;
}

/** What the kernel does to the rate, and which program told it to. */
export function explainKernelRate({
  kernel,
  set,
  found,
}: Pick<DriftState, 'kernel' | 'set' | 'found'>): string {
  const own = set && `tsntp set ${formatRate(rateOf(set))} at ${toSecond(set.at)}`;
  if (kernel === undefined) return own ?? 'unknown';
  const now = formatRate(rateOf(kernel));
  if (set === undefined) return `${now}, not set by tsntp`;
  const before = found ? `; before tsntp it was ${formatRate(rateOf(found))}` : '';
  if (!isSameRate(set, kernel)) return `${now}, set by another program after ${own}${before}`;
  return `${now}, set by tsntp at ${toSecond(set.at)}${before}`;
}
