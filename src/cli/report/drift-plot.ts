// The last week of a clock → an SVG that stands alone, for light and dark backgrounds: how far it was off at each run above, the
// rate that the kernel corrected by below.

import type { DriftHistoryEntry, DriftState } from '../../ntp/drift/drift-state.ts';
import { formatInstant, unixTimeOf } from '../../ntp/time.ts';
import { formatOffset, formatRate, toMinute } from '../../report/quantity.ts';
import { explainRate } from '../../report/rate-words.ts';
import { type Axis, placeOf, timeAxis, valueAxis } from './plot-axis.ts';
import { usualRange } from './usual-range.ts';

/** A value at a time in seconds since 1970. */
interface Point {
  readonly time: number;
  readonly value: number;
}

interface Panel {
  readonly title: string;
  readonly points: readonly Point[];
  readonly kind: 'offset' | 'rate';
  /** The words for one of its values. */
  readonly label: (value: number) => string;
  /** Its upper edge. */
  readonly y: number;
}

const [WIDTH, HEIGHT, LEFT, RIGHT, PANEL] = [760, 440, 76, 20, 140] as const;
const [UPPER, LOWER] = [70, 256] as const;
/** The width of a character, at most. */
const CHARACTER = 7;
const STYLE = `
.ground { fill: #ffffff } .ink { fill: #1f2328 } .faint { fill: #59636e } .grid { stroke: #d1d9e0 }
.offset { stroke: #0b6e4f; fill: #0b6e4f } .rate { stroke: #8250df; fill: #8250df } .line { fill: none }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117 } .ink { fill: #f0f6fc } .faint { fill: #9198a1 } .grid { stroke: #3d444d }
.offset { stroke: #3fb98a; fill: #3fb98a } .rate { stroke: #b78aff; fill: #b78aff } .line { fill: none }
}
`;

/** The picture as text. Without a run, it says that there is none. */
export function driftPlot(state: DriftState): string {
  const { history } = state;
  const summary = state.rate ? `This clock ${explainRate(state)}.` : `Rate ${explainRate(state)}.`;
  const [from, to] = [history[0], history.at(-1)];
  const story =
    from && to
      ? `${history.length} runs from ${minuteOf(secondsOf(from))} to ${minuteOf(secondsOf(to))}. Above: how far the clock was off at each run. Below: the rate that the kernel corrected by.`
      : 'There are no runs to draw yet.';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title description" font-family="sans-serif" font-size="12">
<title id="title">Offset and rate of this clock</title>
<desc id="description">${xml(`${summary} ${story}`)}</desc>
<style>${STYLE}</style>
<rect class="ground" width="${WIDTH}" height="${HEIGHT}"/>
${text(16, 28, summary, 'class="ink" font-size="14"')}
${from && to ? panelsOf(history) : text(16, UPPER, story, 'class="faint"')}
</svg>
`;
}

function panelsOf(history: readonly DriftHistoryEntry[]): string {
  const offsets = pointsOf(history, ({ offset }) => offset);
  const [unit, size] = unitOf(offsets);
  const scaled = offsets.map(({ time, value }) => ({ time, value: value / size }));
  const rates = pointsOf(history, ({ frequency }) => frequency);
  const panels: readonly Panel[] = [
    {
      title: `Offset before its correction, in ${unit}`,
      points: scaled,
      kind: 'offset',
      label: value => formatOffset(value * size),
      y: UPPER,
    },
    { title: 'Correction of the rate, in ppm', points: rates, kind: 'rate', label: formatRate, y: LOWER },
  ];
  const time = timeAxis(secondsOf(history[0]!), secondsOf(history.at(-1)!));
  return [...panels.flatMap(panel => drawn(panel, time)), ...timeLabels(time)].join('\n');
}

function drawn({ title, points, kind, label, y }: Panel, time: Axis): readonly string[] {
  const head = text(LEFT, y - 10, title, 'class="ink"');
  if (points.length === 0) return [head, text(LEFT, y + 20, 'not recorded', 'class="faint"')];
  const { low, high } = usualRange(points.map(({ value }) => value))!;
  const axis = valueAxis([low, high, ...(kind === 'offset' ? [0] : [])]);
  // An outlier is drawn at the edge.
  const yOf = (value: number) =>
    y + PANEL - placeOf(Math.min(Math.max(value, axis.low), axis.high), axis, PANEL);
  const places = points.map(point => [xOf(point.time, time), yOf(point.value)] as const);
  const marks =
    kind === 'offset'
      ? places.map(([x, at]) => line([x, yOf(0)], [x, at], 'class="offset"'))
      : [
          `<polyline class="rate line" points="${places.map(([x, at]) => `${rounded(x)},${rounded(at)}`).join(' ')}"/>`,
        ];
  return [
    head,
    ...axis.ticks.flatMap(tick => [
      line([LEFT, yOf(tick)], [WIDTH - RIGHT, yOf(tick)], 'class="grid"'),
      text(LEFT - 8, yOf(tick) + 4, tickText(tick, axis), 'class="faint" text-anchor="end"'),
    ]),
    ...marks,
    ...points.map(({ value }, i) => markOf(value, kind, places[i]!, axis)),
    ...notes(points, label, places, axis),
  ];
}

/** A dot; at an edge, a triangle that points to where an outlier is. */
function markOf(value: number, kind: Panel['kind'], [x, y]: Place, axis: Axis): string {
  if (value >= axis.low && value <= axis.high)
    return `<circle class="${kind}" cx="${rounded(x)}" cy="${rounded(y)}" r="2"/>`;
  const up = value > axis.high ? 1 : -1;
  return `<path class="${kind}" d="M${rounded(x)},${rounded(y)} l4,${7 * up} h-8 z"/>`;
}

/** What outliers really are; one that would overlap the note before it goes without. */
function notes(
  points: readonly Point[],
  label: Panel['label'],
  places: readonly Place[],
  axis: Axis,
): readonly string[] {
  const ends = { above: 0, below: 0 };
  return points.flatMap(({ value }, i) => {
    if (value >= axis.low && value <= axis.high) return [];
    const [x, y] = places[i]!;
    const edge = value > axis.high ? 'above' : 'below';
    if (x + 6 < ends[edge]) return [];
    const words = label(value);
    ends[edge] = x + 12 + CHARACTER * words.length;
    return [text(x + 6, y + (edge === 'above' ? 18 : -10), words, 'class="faint"')];
  });
}

function timeLabels(time: Axis): readonly string[] {
  const shown = time.ticks.map(tick => {
    const label = tick % 86_400 === 0 ? minuteOf(tick).slice(0, 10) : minuteOf(tick).slice(11, 16);
    return text(xOf(tick, time), HEIGHT - 26, label, 'class="faint" text-anchor="middle"');
  });
  return [...shown, text(WIDTH - RIGHT, HEIGHT - 8, 'UTC', 'class="faint" text-anchor="end"')];
}

function xOf(time: number, axis: Axis): number {
  return LEFT + placeOf(time, axis, WIDTH - LEFT - RIGHT);
}

/** As many decimals as its neighbor needs to differ. */
function tickText(tick: number, { ticks }: Axis): string {
  const step = ticks[1]! - ticks[0]!;
  const value = tick.toFixed(Math.min(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)), 6));
  return Number(value) > 0 ? `+${value}` : Number(value) === 0 ? value.replace('-', '') : value;
}

function pointsOf(
  history: readonly DriftHistoryEntry[],
  pick: (entry: DriftHistoryEntry) => number | undefined,
): readonly Point[] {
  return history.flatMap(entry => {
    const value = pick(entry);
    return value === undefined ? [] : [{ time: secondsOf(entry), value }];
  });
}

function unitOf(points: readonly Point[]): readonly [name: string, size: number] {
  const { low, high } = usualRange(points.map(({ value }) => value)) ?? { low: 0, high: 0 };
  const most = Math.max(-low, high);
  if (most >= 1) return ['s', 1];
  return most >= 1e-3 ? ['ms', 1e-3] : ['µs', 1e-6];
}

function secondsOf({ at }: DriftHistoryEntry): number {
  return Number(at) / 1e9;
}

function minuteOf(seconds: number): string {
  return toMinute(formatInstant(unixTimeOf(BigInt(Math.round(seconds)) * 1_000_000_000n)));
}

type Place = readonly [x: number, y: number];

function line([x1, y1]: Place, [x2, y2]: Place, attributes: string): string {
  return `<line ${attributes} x1="${rounded(x1)}" y1="${rounded(y1)}" x2="${rounded(x2)}" y2="${rounded(y2)}"/>`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text ${attributes} x="${rounded(x)}" y="${rounded(y)}">${xml(content)}</text>`;
}

/** A coordinate to a tenth of a pixel. */
function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function xml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
