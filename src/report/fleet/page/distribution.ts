// The offsets of a fleet → a picture of how many clocks are where, as SVG.

import type { Checked } from '../../../fleet/fleet-outcome.ts';
import { count } from '../../labels.ts';
import { FINDINGS, type Finding, findingOfVerdict } from '../fleet-order.ts';
import { html, pageDuration, pageOffset, rounded } from './html-text.ts';
import { limitZones } from './limit-zones.ts';
import { type SymlogAxis, symlogPlace, symlogTicks } from './symlog-axis.ts';

/** A shape of the picture: there is one for wide screens, and one for phones. */
export interface PictureShape {
  readonly className: string;
  readonly width: number;
  readonly barWidth: number;
}

interface Bin {
  readonly x: number;
  readonly total: number;
  readonly counts: Readonly<Record<Finding, number>>;
}

/** The height of the tallest bar, and the places of the axis and of its labels. */
const [TALLEST, BASE, LABELS, HEIGHT] = [132, 160, 178, 186] as const;
/** Even a single clock among thousands is seen. */
const LEAST = 3;
/** The distance of two counts, at least. */
const APART = 34;

/** The picture. `id` distinguishes its parts from those of another one on the page. */
export function distribution(checked: Checked, axis: SymlogAxis, shape: PictureShape, id: string): string {
  const { width, className } = shape;
  const bins = binsOf(checked, axis, shape);
  const most = bins.reduce((tallest, { total }) => Math.max(tallest, total), 1);
  const heightOf = (n: number) => (n === 0 ? 0 : Math.max((n / most) * TALLEST, LEAST));
  const zones = limitZones(checked.limits, axis, width).map(
    ({ limit, from, to }) =>
      `<rect class="zone ${limit}" x="${rounded(from)}" width="${rounded(to - from)}" height="${BASE}"/>`,
  );
  const ticks = symlogTicks(axis, width).map(
    ({ value, label, x, labelX }) =>
      `<path class="tick${value === 0 ? ' zero' : ''}" d="M${rounded(x)} ${value === 0 ? 0 : BASE}V${BASE + 5}"/><text x="${rounded(labelX)}" y="${LABELS}">${label}</text>`,
  );
  return `<svg class="picture ${className}" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-labelledby="${id}"><title id="${id}">${html(describe(checked))}</title>${[
    ...zones,
    ...ticks,
    `<path class="axis" d="M0 ${BASE}H${width}"/>`,
    ...bins.map(bin => stack(bin, heightOf, shape)),
    ...countsOn(bins, heightOf, shape),
  ].join('')}</svg>`;
}

function binsOf({ targets }: Checked, axis: SymlogAxis, { width, barWidth }: PictureShape): readonly Bin[] {
  const bins = new Map<number, Record<Finding, number>>();
  for (const target of targets) {
    if (!target.reading) continue;
    const place = symlogPlace(target.reading.offset, axis, width);
    const index = Math.min(Math.floor(place / barWidth), Math.floor(width / barWidth) - 1);
    const counts = bins.get(index) ?? { off: 0, unsynchronized: 0, uncertain: 0, unanswered: 0, right: 0 };
    counts[findingOfVerdict(target)]++;
    bins.set(index, counts);
  }
  return [...bins]
    .sort(([a], [b]) => a - b)
    .map(([index, counts]) => ({
      x: index * barWidth,
      total: Object.values(counts).reduce((sum, n) => sum + n, 0),
      counts,
    }));
}

/** The bar of a bin: the clocks that are right at the bottom, the worst on top. */
function stack({ x, counts }: Bin, heightOf: (n: number) => number, { barWidth }: PictureShape): string {
  let y: number = BASE;
  return FINDINGS.toReversed()
    .filter(finding => counts[finding] > 0)
    .map(finding => {
      const height = heightOf(counts[finding]);
      y -= height;
      return `<rect class="${finding}" x="${x + 0.5}" y="${rounded(y)}" width="${barWidth - 1}" height="${rounded(height)}"/>`;
    })
    .join('');
}

/** The numbers above the tallest bars, as far as they neither overlap nor lie on a taller bar. */
function countsOn(
  bins: readonly Bin[],
  heightOf: (n: number) => number,
  { barWidth, width }: PictureShape,
): readonly string[] {
  const chosen: Bin[] = [];
  for (const bin of bins.toSorted((a, b) => b.total - a.total)) {
    const near = (distance: number) => (other: Bin) => Math.abs(other.x - bin.x) < distance;
    const hidden = bins.filter(near(APART / 2)).some(({ total }) => total > bin.total);
    if (!hidden && !chosen.some(near(APART))) chosen.push(bin);
  }
  return chosen.map(({ x, total, counts }) => {
    const height = FINDINGS.reduce((sum, finding) => sum + heightOf(counts[finding]), 0);
    const center = Math.min(Math.max(x + barWidth / 2, 12), width - 12);
    return `<text class="count" x="${rounded(center)}" y="${rounded(Math.max(BASE - height - 6, 11))}">${total}</text>`;
  });
}

/** The picture in words. */
function describe({ targets }: Checked): string {
  const offsets = targets.flatMap(({ reading }) => (reading ? [reading.offset] : [])).sort((a, b) => a - b);
  const [least, most] = [offsets[0], offsets.at(-1)];
  if (least === undefined || most === undefined) return 'No clock told its time.';
  const sizes = offsets.map(Math.abs).sort((a, b) => a - b);
  const half = sizes[Math.ceil(sizes.length / 2) - 1]!;
  return `How far ${count(offsets.length, 'clock')} differ from the reference: half of them by at most ${pageDuration(half)}, and all of them between ${pageOffset(least)} and ${pageOffset(most)}.`;
}
