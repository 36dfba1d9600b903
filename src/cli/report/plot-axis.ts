// The values of a plot → the ends of an axis and its ticks, at round values.

/** An axis: its ends, and round values between them. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** A step between two ticks is one of these times a power of ten. */
const ROUND = [1, 2, 5, 10];
const HOUR = 3600;
/** The steps between two ticks of time, in seconds. */
const SPANS = [60, 300, 600, 1800, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 48 * HOUR];
const MOST_TICKS = 8;

/** The axis of `values`, with about five ticks. */
export function valueAxis(values: readonly number[]): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  // Values that are all the same, to the precision of numbers, still need a span.
  const span = Math.max(most - least, Math.abs(most) * 1e-6, 1e-6);
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const step = power * ROUND.find(factor => factor * power * 4 >= span)!;
  const [first, last] = [Math.floor(least / step), Math.ceil(most / step)];
  const count = Math.max(last - first, 1);
  const ticks = Array.from({ length: count + 1 }, (_, i) => (first + i) * step);
  return { low: ticks[0]!, high: ticks.at(-1)!, ticks };
}

/** The axis from `low` to `high`, in seconds since 1970, with ticks at full minutes, hours or days of UTC. */
export function timeAxis(low: number, high: number): Axis {
  const end = Math.max(high, low + 60);
  const step = SPANS.find(span => (end - low) / span <= MOST_TICKS) ?? SPANS.at(-1)!;
  const first = Math.ceil(low / step);
  const count = Math.max(Math.floor(end / step) - first + 1, 0);
  return { low, high: end, ticks: Array.from({ length: count }, (_, i) => (first + i) * step) };
}

/** Where a value is on an axis of this length: 0 at its low end. */
export function placeOf(value: number, { low, high }: Axis, length: number): number {
  return ((value - low) / (high - low)) * length;
}
