// The runs of the bench → an SVG with a panel for each profile and number of servers and a row for each client: a line
// from the 10th to the 90th percentile of its error, a bar over the middle half, and the median, on a logarithmic axis.

import { PROFILES } from './paths.js';
import { errorsOf, of, quantile } from './report.js';

/** @import { Result } from './run.js' */

const [LEFT, TOP, WIDTH, ROW, GAP] = [120, 70, 230, 17, 30];
const OURS = '#0b6e4f';
const THEIRS = '#8a8f98';
/** The range of the axis, in powers of ten of a second. */
const RANGE = {
  LAN: [-6.3, -2.4],
  WAN: [-5.3, -2.2],
  BAD: [-4.3, -1.6],
  ASYM: [-5.3, -1.7],
  DRIFT: [-6.3, -2.4],
};

/** @param {readonly Result[]} results @returns {string} */
export function pictureOf(results) {
  const profiles = /** @type {(keyof typeof PROFILES)[]} */ (Object.keys(PROFILES));
  const parts = [];
  let y = TOP;
  for (const [scenario, title] of /** @type {const} */ ([
    ['one', 'One server'],
    ['four', 'Four servers'],
  ])) {
    const here = of(results, { scenario });
    const clients = [...new Set(here.map(({ client }) => client))].sort(
      (a, b) => rank(a) - rank(b) || a.localeCompare(b),
    );
    parts.push(text(10, y - 22, title, 'font-weight="bold"'));
    for (const [k, client] of clients.entries()) {
      parts.push(text(LEFT - 8, y + k * ROW + 12, client, `text-anchor="end" fill="${colorOf(client)}"`));
    }
    for (const [k, profile] of profiles.entries()) {
      parts.push(panel(here, { clients, profile, x: LEFT + k * (WIDTH + GAP), y }));
    }
    y += clients.length * ROW + 80;
  }
  const [width, height] = [LEFT + profiles.length * (WIDTH + GAP), y - 30];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<title>Error of the measured offset, tsntp and its peers</title>
<rect width="${width}" height="${height}" fill="white"/>
${text(10, 20, 'Error of the measured offset: line p10 to p90, bar the middle half, mark the median. Further left is better.')}
${parts.join('\n')}
</svg>
`;
}

/** @param {string} client */
function rank(client) {
  return client.startsWith('tsntp') ? 0 : 1;
}

/** The color of a client's row. @param {string} client */
export function colorOf(client) {
  return client.startsWith('tsntp') ? OURS : THEIRS;
}

/** @param {readonly Result[]} results @param {{ clients: readonly string[], profile: keyof typeof PROFILES, x: number, y: number }} where */
function panel(results, { clients, profile, x, y }) {
  const range = /** @type {[number, number]} */ (RANGE[profile]);
  const parts = [
    text(x + WIDTH / 2, y - 8, profile, 'text-anchor="middle" font-weight="bold"'),
    gridOf({ x, y, width: WIDTH, height: clients.length * ROW, range }),
  ];
  for (const [k, client] of clients.entries()) {
    const errors = errorsOf(of(results, { client, profile }));
    if (errors.length === 0) continue;
    parts.push(
      spreadOf(errors, { x, width: WIDTH, middle: y + k * ROW + ROW / 2, range, color: colorOf(client) }),
    );
  }
  return parts.join('\n');
}

/**
 * Lines with labels at the powers of ten of a second.
 * @param {{ x: number, y: number, width: number, height: number, range: readonly [number, number] }} where
 */
export function gridOf({ x, y, width, height, range }) {
  const parts = [];
  for (let power = Math.ceil(range[0]); power <= range[1]; power++) {
    const across = placeOf(10 ** power, { x, width, range });
    parts.push(`<path d="M${across} ${y}v${height}" stroke="#ddd"/>`);
    parts.push(
      text(across, y + height + 14, labelOf(power), 'text-anchor="middle" fill="#555" font-size="10"'),
    );
  }
  return parts.join('\n');
}

/**
 * A line from the 10th to the 90th percentile, a bar over the middle half, and the median.
 * @param {readonly number[]} errors ascending
 * @param {{ x: number, width: number, middle: number, range: readonly [number, number], color: string }} where
 */
export function spreadOf(errors, { middle, color, ...axis }) {
  const [p10, p25, p50, p75, p90] = [0.1, 0.25, 0.5, 0.75, 0.9].map(share =>
    placeOf(quantile(errors, share), axis),
  );
  return `<path d="M${p10} ${middle}H${p90}" stroke="${color}"/>
<path d="M${p25} ${middle}H${p75}" stroke="${color}" stroke-width="7" opacity="0.55"/>
<path d="M${p50} ${middle - 6}v12" stroke="${color}" stroke-width="3"/>`;
}

/** @param {number} error @param {{ x: number, width: number, range: readonly [number, number] }} axis */
function placeOf(error, { x, width, range: [from, to] }) {
  const share = (Math.log10(Math.max(error, 1e-9)) - from) / (to - from);
  return (x + width * Math.min(Math.max(share, 0), 1)).toFixed(1);
}

/** @param {number} power */
function labelOf(power) {
  const [unit, above] = power < -3 ? ['µs', power + 6] : power < 0 ? ['ms', power + 3] : ['s', power];
  return `${10 ** above} ${unit}`;
}

/** @param {number | string} x @param {number | string} y @param {string} content */
export function text(x, y, content, attributes = '') {
  return `<text x="${x}" y="${y}" ${attributes}>${content}</text>`;
}
