// The history of a clock → a line of characters, one for each span of time: block characters, or ASCII where a terminal has
// none.

import type { DriftHistoryEntry } from '../../ntp/drift/drift-state.ts';
import type { Seconds } from '../../ntp/time.ts';
import { type UsualRange, usualRange } from './usual-range.ts';

/** A line of values with what it means: `low` and `high` are those of its lowest and its highest block. */
export interface Sparkline extends UsualRange {
  readonly text: string;
}

/** Lowest to highest. */
const BLOCKS = [...'▁▂▃▄▅▆▇█'];
/** Each denser than the one before, for fonts without blocks. */
const ASCII = [...'.:-=+*#@'];
/** An outlier above the range, and one below. */
const [ABOVE, BELOW] = ['^', 'v'];
/** Twelve characters a day for a week. */
const WIDEST = 84;

/** How many characters the runs fill: one for each usual interval, at most `room`. */
export function columnsOf(history: readonly DriftHistoryEntry[], interval: Seconds, room: number): number {
  const [first, last] = [history[0], history.at(-1)];
  const most = Math.max(1, Math.min(Math.floor(room), WIDEST));
  if (first === undefined || last === undefined) return 0;
  const runs = Math.round(secondsBetween(first, last) / Math.max(interval, 1)) + 1;
  return Math.max(1, Math.min(runs, most));
}

/**
 * Draws one value of each run over time; a space where there was no run. Of several runs in one place, the one that is farthest
 * from the usual value, so that none is hidden. Undefined without any value.
 */
export function sparkline(
  history: readonly DriftHistoryEntry[],
  pick: PickValue,
  { columns, blocks }: { readonly columns: number; readonly blocks: boolean },
): Sparkline | undefined {
  const range = rangeOf(history, pick);
  if (range === undefined) return undefined;
  const levels = blocks ? BLOCKS : ASCII;
  const text = placesOf(history, pick, columns)
    .map(values => (values.length === 0 ? ' ' : characterOf(extremeOf(values, range), range, levels)))
    .join('');
  return { text, ...range };
}

/** The value of a run to draw. */
export type PickValue = (entry: DriftHistoryEntry) => number | undefined;

/** What a sparkline of these values will mean. */
export function rangeOf(history: readonly DriftHistoryEntry[], pick: PickValue): UsualRange | undefined {
  return usualRange(history.map(pick).filter(value => value !== undefined));
}

function extremeOf(values: readonly number[], { low, high }: UsualRange): number {
  const middle = low / 2 + high / 2;
  return values.reduce((far, value) => (Math.abs(value - middle) > Math.abs(far - middle) ? value : far));
}

/** The middle if all values are the same. */
function characterOf(value: number, { low, high }: UsualRange, levels: readonly string[]): string {
  if (value > high) return ABOVE!;
  if (value < low) return BELOW!;
  const steps = levels.length - 1;
  // Halved, because the difference of two large numbers may be infinite; that of halves of the smallest ones is 0.
  const span = high / 2 - low / 2;
  const share = span > 0 ? (value / 2 - low / 2) / span : 0.5;
  return levels[Math.min(Math.round(share * steps), steps)]!;
}

/** The values of each place, from the first run to the last. */
function placesOf(
  history: readonly DriftHistoryEntry[],
  pick: PickValue,
  columns: number,
): readonly (readonly number[])[] {
  const places: number[][] = Array.from({ length: columns }, () => []);
  const [first, last] = [history[0], history.at(-1)];
  if (first === undefined || last === undefined) return places;
  const whole = secondsBetween(first, last);
  for (const entry of history) {
    const value = pick(entry);
    const share = whole > 0 ? secondsBetween(first, entry) / whole : 1;
    const place = Math.min(Math.max(Math.round(share * (columns - 1)), 0), columns - 1);
    if (value !== undefined) places[place]?.push(value);
  }
  return places;
}

function secondsBetween(a: DriftHistoryEntry, b: DriftHistoryEntry): Seconds {
  return Number(b.at - a.at) / 1e9;
}
