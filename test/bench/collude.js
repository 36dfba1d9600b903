// Searches for the worst that liars within the rules can do. Varies what they claim (offset, root delay, root
// dispersion, delay, jitter) and what honest servers claim, first randomly and then by hill climbing, to find the group
// that moves the result of the package's own stages farthest from the true offset, 0. Prints Markdown; needs `npm run
// build`.
//   node test/bench/collude.js [CLIMBS]

import { clusterSurvivors, MAXDIST } from '../../dist/ntp/cluster.js';
import { combineSurvivors } from '../../dist/ntp/combine.js';
import { selectTruechimers } from '../../dist/ntp/select.js';
import { randomOf } from './paths.js';

/**
 * @typedef {object} Claim all in seconds
 * @property {boolean} honest
 * @property {boolean} wide
 * @property {number} offset
 * @property {number} rootDelay
 * @property {number} rootDispersion
 * @property {number} delay
 * @property {number} jitter
 */

const climbs = Number(process.argv[2] ?? 30);
const STEPS = 1500;
const random = randomOf(1);

/** The number of servers, of liars among them, and of honest servers with wide claims. */
const COMPANIES = {
  '1 of 3': [3, 1, 0],
  '1 of 4': [4, 1, 0],
  '2 of 5': [5, 2, 0],
  '2 of 5, one honest one wide': [5, 2, 1],
  '3 of 7': [7, 3, 0],
};

console.log('| liars | worst pull |\n|---|---|');
for (const [name, [servers = 0, liars = 0, wide = 0]] of Object.entries(COMPANIES)) {
  const company = () =>
    Array.from({ length: servers }, (_, i) => drawn(i >= liars, i >= liars && i < liars + wide));
  let worst = 0;
  for (let i = 0; i < climbs; i++) worst = Math.max(worst, climb(company()));
  console.log(`| ${name} | ${(1e3 * worst).toFixed(3)} ms |`);
}

/** @param {readonly Claim[]} company */
function climb(company) {
  let [best, worst] = [company, pullOf(company)];
  for (let step = 0; step < STEPS; step++) {
    const next = best.map(claim => (random() < 1.5 / best.length ? changed(claim) : claim));
    const pull = pullOf(next);
    if (pull >= worst) [best, worst] = [next, pull];
  }
  return worst;
}

/** The distance of the result from the true offset; 0 without a result. @param {readonly Claim[]} company */
function pullOf(company) {
  const peers = company.map(claim => {
    const { rootDelay, delay, rootDispersion, jitter } = claim;
    return { ...claim, stratum: 1, rootDistance: (rootDelay + delay) / 2 + rootDispersion + jitter };
  });
  if (peers.some(({ rootDistance }) => rootDistance > MAXDIST)) return 0;
  const selection = selectTruechimers(peers);
  if (selection.kind === 'no-majority') return 0;
  const { truechimers, doubtful } = selection;
  const { survivors } = clusterSurvivors(truechimers, () => false, doubtful);
  return Math.abs(combineSurvivors(survivors, selection).offset);
}

/** @param {boolean} honest @param {boolean} wide @returns {Claim} */
function drawn(honest, wide) {
  return {
    honest,
    wide,
    offset: honest ? 0 : between(1e-4, 1),
    rootDelay: between(1e-5, 1),
    rootDispersion: between(wide ? 0.2 : 1e-5, 1),
    delay: between(1e-4, honest ? 1.2e-4 : 1e-2),
    jitter: between(2e-5, honest ? 4e-5 : 2e-2),
  };
}

/** Changes one of the values slightly or completely. @param {Claim} claim @returns {Claim} */
function changed(claim) {
  const { honest, wide } = claim;
  if (random() < 0.15) return drawn(honest, wide);
  const by = (/** @type {number} */ value) => value * Math.exp(random() - 0.5);
  return {
    ...claim,
    rootDelay: by(claim.rootDelay),
    rootDispersion: Math.max(by(claim.rootDispersion), wide ? 0.2 : 0),
    ...(!honest && {
      offset: by(claim.offset),
      delay: Math.max(by(claim.delay), 1e-4),
      jitter: by(claim.jitter),
    }),
  };
}

/** Draws from a log-uniform distribution. @param {number} from @param {number} to */
function between(from, to) {
  return from * (to / from) ** random();
}
