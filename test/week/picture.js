// How far off each client left the clock → an SVG with a row for each: a line from the 10th to the 90th percentile, a bar
// over the middle half, and the median, on a logarithmic axis.

import { colorOf, gridOf, spreadOf, text } from '../bench/picture.js';

const [LEFT, TOP, WIDTH, ROW] = [180, 50, 460, 22];
/** The range of the axis, in powers of ten of a second. */
const RANGE = /** @type {const} */ ([-6.3, -0.7]);

/** @param {readonly { name: string, errors: readonly number[] }[]} clients with their errors, ascending, in seconds */
export function pictureOf(clients) {
  const height = clients.length * ROW;
  const axis = { x: LEFT, width: WIDTH, range: RANGE };
  const rows = clients.flatMap(({ name, errors }, k) => {
    const [middle, color] = [TOP + k * ROW + ROW / 2, colorOf(name)];
    return [
      text(LEFT - 8, middle + 4, name, `text-anchor="end" fill="${color}"`),
      spreadOf(errors, { ...axis, middle, color }),
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LEFT + WIDTH + 30} ${TOP + height + 30}" font-family="sans-serif" font-size="12">
<title>Error of the clock between hourly runs</title>
<rect width="100%" height="100%" fill="white"/>
${text(10, 20, 'Error of the clock in each minute: line p10 to p90, bar the middle half, mark the median.')}
${gridOf({ ...axis, y: TOP, height })}
${rows.join('\n')}
</svg>
`;
}
