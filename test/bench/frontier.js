// How little a fitted rate can cost: the error at a rate that a burst barely shows, of an estimator that loses next to
// nothing at 0 → a lower bound for every estimator. The bound's estimator knows more than any real one: the mean
// queueing, and that the rate is 0 or ± one other value. Prints Markdown; needs `npm run build`.
//   node test/bench/frontier.js [DRAWS]

import { pairAt } from '../../dist/ntp/pairing.js';
import { randomOf } from './paths.js';

/** @typedef {{ readonly center: number, readonly excess: number }} Fit the pairing at one rate, and E */
/** @typedef {readonly [none: Fit, gains: Fit, loses: Fit]} Fits at the rates 0, +x, and −x */

const draws = Number(process.argv[2] ?? 1000);
/** What is allowed at 0, relative to a known rate, for median and p90. */
const LOSSES = [1.02, 1.05, 1.1, 1.2, 1.3];
/** Rates in units of the mean queueing per interval: those that a burst of that many barely shows. */
const RATES = { 4: [0.25, 0.3, 0.35, 0.4, 0.5], 8: [0.065, 0.08, 0.1, 0.12] };
const STEP = 0.25;

console.log('| samples | allowed at 0, median and p90 | median elsewhere, at least |\n|---|---|---|');
for (const [samples, rates] of Object.entries(RATES)) {
  for (const loss of LOSSES) {
    const least = Math.max(...rates.map(rate => leastElsewhere(Number(samples), rate, loss)));
    console.log(`| ${samples} | ${loss} | ${least} |`);
  }
}

/** The greatest multiple of STEP that no estimator reaches. @param {number} n @param {number} rate @param {number} loss */
function leastElsewhere(n, rate, loss) {
  const [steady, running] = [0, rate].map(actual => fitsOf(n, rate, actual));
  let times = 1;
  while (!reachable(n, loss, times + STEP, steady ?? [], running ?? [])) times += STEP;
  return times;
}

/** @param {number} n @param {number} rate @param {number} actual @returns {Fits[]} */
function fitsOf(n, rate, actual) {
  const random = randomOf(n);
  const queueing = () => -Math.log(1 - random());
  return Array.from({ length: draws }, () => {
    const exchanges = Array.from({ length: n }, (_, i) => {
      const at = i - n + 1;
      return { sent: at, most: actual * at + queueing(), received: at, least: actual * at - queueing() };
    });
    const pairing = (/** @type {number} */ tried) => {
      const { low, high } = pairAt(exchanges, tried);
      const total = exchanges.reduce((sum, { most, least }) => sum + most - least, 0);
      return { center: (low + high) / 2, excess: total - n * (high - low) };
    };
    return /** @type {Fits} */ ([pairing(0), pairing(rate), pairing(-rate)]);
  });
}

/**
 * Whether weights of the three demands exist that even the best estimator for these weights fails: half of the errors at
 * 0 within `loss` medians, nine tenths within `loss` p90, and half of those at ±x within `times` medians.
 * @param {number} n @param {number} loss @param {number} times @param {readonly Fits[]} steady @param {readonly Fits[]} running
 */
function reachable(n, loss, times, steady, running) {
  // The error of a known rate has a Laplace distribution of scale 1/2n.
  const within = (/** @type {number} */ distance, /** @type {number} */ size) =>
    laplace(2 * n * (distance + size)) - laplace(2 * n * (distance - size));
  const [half, most, elsewhere] = [loss * Math.LN2, loss * Math.LN10, times * Math.LN2].map(
    size => size / (2 * n),
  );
  for (let a = 0; a <= 9; a++) {
    for (let b = 0; a + b <= 9; b++) {
      const [w1, w2, w3] = [a / 10, b / 10, 1 - (a + b) / 10];
      const atNone = (/** @type {number} */ d) => w1 * within(d, half ?? 0) + w2 * within(d, most ?? 0);
      const choose = (/** @type {Fits} */ fits) => {
        const least = Math.min(...fits.map(({ excess }) => excess));
        const [none, gains, loses] = fits.map(({ excess }) => Math.exp(least - excess));
        const worth = (/** @type {number} */ offset) => {
          const [d0, d1, d2] = fits.map(({ center }) => offset - center);
          const other =
            (gains ?? 0) * within(d1 ?? 0, elsewhere ?? 0) + (loses ?? 0) * within(d2 ?? 0, elsewhere ?? 0);
          return (none ?? 0) * atNone(d0 ?? 0) + (w3 * other) / 2;
        };
        const centers = fits.map(({ center }) => center);
        const [low, high] = [Math.min(...centers), Math.max(...centers)];
        const tried = [...centers, ...Array.from({ length: 41 }, (_, i) => low + ((high - low) * i) / 40)];
        return tried.reduce((best, offset) => (worth(offset) > worth(best) ? offset : best));
      };
      const met =
        mean(steady.map(fits => atNone(choose(fits) - fits[0].center))) +
        w3 * mean(running.map(fits => within(choose(fits) - fits[1].center, elsewhere ?? 0)));
      if (met < w1 / 2 + 0.9 * w2 + w3 / 2) return false;
    }
  }
  return true;
}

/** The cumulative distribution. @param {number} x */
function laplace(x) {
  return x < 0 ? Math.exp(x) / 2 : 1 - Math.exp(-x) / 2;
}

/** @param {readonly number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
