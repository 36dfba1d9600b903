// Offsets of a fleet → an axis that shows microseconds and years at once: linear around zero, logarithmic further out
// (a symmetrical logarithm: the inverse hyperbolic sine).

import type { Checked, CheckedTarget, OffsetRange } from '../../../fleet/fleet-outcome.ts';

/** An axis for values of both signs. */
export interface SymlogAxis {
  /** About up to here, in seconds, the axis is linear. */
  readonly linear: number;
  /** The ends, as symmetrical logarithms. */
  readonly low: number;
  readonly high: number;
}

/** A labeled place of an axis. */
export interface SymlogTick {
  readonly value: number;
  readonly label: string;
  /** Where it is, and where the middle of its label is, so that the label does not leave the axis. */
  readonly x: number;
  readonly labelX: number;
}

const SMALLEST = 1e-6;

/** The axis that holds the interval of every target that was read, zero, and the limits. */
export function symlogAxis({ targets, limits }: Pick<Checked, 'targets' | 'limits'>): SymlogAxis {
  const readings = targets.flatMap(({ reading }) => reading ?? []);
  const linear = usualSize(targets);
  const ends = [limits.warning, limits.critical].flatMap(({ from, to }: OffsetRange) => [
    from * 1.5,
    to * 1.5,
  ]);
  let [low, high] = [-linear, linear];
  for (const end of ends.filter(Number.isFinite)) [low, high] = [Math.min(low, end), Math.max(high, end)];
  for (const { offset, errorBound } of readings)
    [low, high] = [Math.min(low, offset - errorBound), Math.max(high, offset + errorBound)];
  const axis = { linear, low: 0, high: 0 };
  const [from, to] = [symlog(low, axis), symlog(high, axis)];
  const margin = (to - from) * 0.02;
  return { linear, low: from - margin, high: to + margin };
}

/** What nine of ten clocks that are right do not exceed: on the linear part, their distribution keeps its shape. */
function usualSize(targets: readonly CheckedTarget[]): number {
  const right = targets.filter(({ verdict }) => verdict === 'right');
  const sizes = (right.length === 0 ? targets : right)
    .flatMap(({ reading }) => (reading ? [Math.abs(reading.offset)] : []))
    .sort((a, b) => a - b);
  return Math.max(sizes[Math.floor(sizes.length * 0.9)] ?? SMALLEST, SMALLEST);
}

/** Where a value is on an axis of this length: 0 at its low end. A value beyond an end is at the end. */
export function symlogPlace(value: number, axis: SymlogAxis, length: number): number {
  const place = ((symlog(value, axis) - axis.low) / (axis.high - axis.low)) * length;
  return Math.min(Math.max(place, 0), length);
}

function symlog(value: number, { linear }: SymlogAxis): number {
  return Math.asinh(value / linear);
}

/** Round values from a microsecond to a century, with their labels. */
const ROUND: readonly Pick<SymlogTick, 'value' | 'label'>[] = [
  ...['1 µs', '10 µs', '100 µs', '1 ms', '10 ms', '100 ms', '1 s', '10 s'].map((label, i) => ({
    value: 10 ** (i - 6),
    label,
  })),
  { value: 60, label: '1 min' },
  { value: 600, label: '10 min' },
  { value: 3600, label: '1 h' },
  { value: 36_000, label: '10 h' },
  { value: 432_000, label: '5 d' },
  { value: 5_259_600, label: '60 d' },
  { value: 31_557_600, label: '1 y' },
  { value: 315_576_000, label: '10 y' },
  { value: 3_155_760_000, label: '100 y' },
];

/** The width of a character of a label, and the least space between two labels, in pixels. */
const [CHARACTER, SPACE] = [7, 12] as const;

/** The ticks of an axis of this length: zero, and round values outward from it, as many as their labels leave room for. */
export function symlogTicks(axis: SymlogAxis, length: number): readonly SymlogTick[] {
  const zero = tickOf(0, '0', axis, length);
  const side = (sign: 1 | -1) => {
    const taken = [zero];
    for (const { value, label } of ROUND) {
      const end = symlog(sign * value, axis);
      if (end < axis.low || end > axis.high) continue;
      const tick = tickOf(sign * value, `${sign < 0 ? '−' : '+'}${label}`, axis, length);
      const last = taken.at(-1)!;
      const room = (widthOfLabel(tick) + widthOfLabel(last)) / 2 + SPACE;
      if ((tick.labelX - last.labelX) * sign >= room) taken.push(tick);
    }
    return taken.slice(1);
  };
  return [...side(-1).reverse(), zero, ...side(1)];
}

function tickOf(value: number, label: string, axis: SymlogAxis, length: number): SymlogTick {
  const x = symlogPlace(value, axis, length);
  const half = widthOfLabel({ label }) / 2;
  return { value, label, x, labelX: Math.min(Math.max(x, half), length - half) };
}

function widthOfLabel({ label }: Pick<SymlogTick, 'label'>): number {
  return label.length * CHARACTER;
}
