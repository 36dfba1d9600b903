// What is known of the rate of a clock → lines of names and values, with a sparkline of the last week's corrections and one of
// the rate.

import type { DriftState, KnownRate } from '../../ntp/drift/drift-state.ts';
import { formatInstant, type UnixTime } from '../../ntp/time.ts';
import type { MachineDrift } from '../../pipeline/machine-drift.ts';
import { explainDriftGate } from '../../report/drift-gate.ts';
import { formatDuration, formatOffset, formatRate, formatSize, toMinute } from '../../report/quantity.ts';
import { explainKernelRate, explainRate, tenths, trend } from '../../report/rate-words.ts';
import type { Display } from '../process/terminal.ts';
import { alignedLines, type NamedValue } from './aligned-lines.ts';
import { columnsOf, type PickValue, rangeOf, sparkline } from './sparkline.ts';
import type { UsualRange } from './usual-range.ts';
import { NO_BREAK_SPACE } from './wrap.ts';

/** The longest name of a row, its colon and a space. */
const NAMES = 16;
/** A shorter sparkline hides the rhythm of a day. */
const LEAST_ROOM = 56;

/** The text of `drift show`. */
export function driftLines(state: MachineDrift, display: Display): string {
  const { rate, kernel, set, directory, noMemoryIn } = state;
  const daily = rate?.dailyAmplitude;
  const memory = directory ?? (noMemoryIn.length === 0 ? undefined : `none in ${noMemoryIn.join(', ')}`);
  const rows: readonly NamedValue[] = [
    ['rate', explainRate(state)],
    ['uncertainty', rate && uncertaintyText(rate)],
    ['wander', rate?.wander === undefined ? undefined : `${rate.wander.toFixed(3)} ppm in an hour`],
    ['daily rhythm', daily === undefined ? undefined : `± ${daily.toFixed(3)} ppm`],
    ['samples', samplesText(state)],
    ['earlier boots', bootsText(state)],
    ['kernel', kernel === undefined && set === undefined ? undefined : explainKernelRate(state)],
    ...expectationRows(state),
    ...sparklineRows(state, display),
    ['memory', memory],
  ];
  return alignedLines(rows, display.width);
}

/** The rows of the rate in `status`. */
export function driftRows(state: Omit<MachineDrift, 'warnings'>, display: Display): readonly NamedValue[] {
  return [['drift', explainRate(state)], ...expectationRows(state), ...sparklineRows(state, display)];
}

function expectationRows({ gate, expectedError, interval }: DriftState): readonly NamedValue[] {
  return [
    ['last run', gate && `left the rate alone: ${explainDriftGate(gate)}`],
    [
      'expected error',
      expectedError === undefined
        ? undefined
        : `± ${formatDuration(expectedError)} until the next run (every ${spanText(interval)})`,
    ],
  ];
}

function sparklineRows(
  state: DriftState,
  { blocks, width = Number.POSITIVE_INFINITY }: Display,
): readonly NamedValue[] {
  const { history, interval } = state;
  const [first, last] = [history[0], history.at(-1)];
  const series: readonly Series[] = [
    { name: 'corrections', pick: entry => entry.offset, format: formatOffset },
    { name: 'rate set', pick: entry => entry.frequency, format: formatRate },
  ];
  const shown = series.flatMap(one => {
    const range = rangeOf(history, one.pick);
    return range ? [{ ...one, scale: scaleText(range, one.format) }] : [];
  });
  if (first === undefined || last === undefined || shown.length === 0) return [];
  const columns = columnsOf(history, interval, roomFor(shown, width));
  return [
    ...shown.map(({ name, pick, scale }): NamedValue => {
      const line = sparkline(history, pick, { columns, blocks });
      return [name, line && `${line.text.replaceAll(' ', NO_BREAK_SPACE)}  ${scale}`];
    }),
    ['shown', `${minuteOf(first.at)} to ${minuteOf(last.at)}`],
  ];
}

interface Series {
  readonly name: string;
  readonly pick: PickValue;
  readonly format: (value: number) => string;
}

/** The room beside the scale; where that is little, the scale goes below. */
function roomFor(shown: readonly { readonly scale: string }[], width: number): number {
  const beside = width - NAMES - 2 - Math.max(...shown.map(({ scale }) => scale.length));
  return beside >= LEAST_ROOM ? beside : width - NAMES;
}

/** The lowest and the highest value, or the only one; and outliers. */
function scaleText({ low, high, least, most }: UsualRange, format: (value: number) => string): string {
  const [from, to] = [format(low), format(high)];
  return [
    from === to ? from : `${from} to ${to}`,
    ...(least < low ? [`v ${format(least)}`] : []),
    ...(most > high ? [`^ ${format(most)}`] : []),
  ].join(', ');
}

function uncertaintyText({ sigma, from }: KnownRate): string {
  return from === 'this-boot'
    ? `± ${sigma.toFixed(3)} ppm`
    : `± ${tenths(sigma)} ppm (not measured in this boot)`;
}

function samplesText({ runs, history }: DriftState): string {
  const last = history.at(-1);
  const newest = last === undefined ? '' : `, the last run at ${minuteOf(last.at)}`;
  return `${runs} of this boot${newest}`;
}

function bootsText({ boots }: DriftState): string | undefined {
  if (boots.length === 0) return undefined;
  return boots
    .map(({ frequency, runs }) => `${trend(frequency)}${runs === 0 ? ' (imported)' : ''}`)
    .join(', ');
}

/** `60 min`, `6.0 h`. */
function spanText(interval: number): string {
  return interval < 7200
    ? `${Math.round(interval / 60)} min`
    : formatSize(interval).replace(/^.*\((.*)\)$/, '$1');
}

function minuteOf(at: UnixTime): string {
  return toMinute(formatInstant(at));
}
