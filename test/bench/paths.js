// A profile and a seed → the delay of each packet of a path in each direction, shared by the simulation and the relay.
// The n-th packet of a direction has the same delay for every client, so that all clients are measured on the same
// networks. Only bursts of congestion depend on the clock.

/**
 * @typedef {object} Profile
 * @property {number} base least delay one way, in seconds
 * @property {number} jitter mean of the exponential queueing one way, in seconds
 * @property {number} loss share of packets lost one way
 * @property {boolean} bursts whether congestion comes and goes, each direction for itself
 * @property {number} [drift] how fast the server's clock gains on the client's, in seconds per second
 *
 * @typedef {object} Path
 * @property {(at: number) => number | undefined} forward delay of the next request, `at` seconds after the first; undefined = lost
 * @property {(at: number) => number | undefined} backward the same for the next reply
 */

/** @satisfies {Record<string, Profile>} */
export const PROFILES = {
  LAN: { base: 100e-6, jitter: 20e-6, loss: 0, bursts: false },
  WAN: { base: 0.01, jitter: 0.002, loss: 0, bursts: false },
  BAD: { base: 0.04, jitter: 0.02, loss: 0.05, bursts: false },
  ASYM: { base: 0.01, jitter: 0.0005, loss: 0, bursts: true },
  DRIFT: { base: 200e-6, jitter: 100e-6, loss: 0, bursts: false, drift: 78e-6 },
};

/** Congestion: the mean gap between two bursts, the length of a burst, and the delay at its peak, all in seconds. */
const BURST_GAP = 30;
const BURST_LENGTH = /** @type {const} */ ([2, 6]);
const BURST_HEIGHT = /** @type {const} */ ([0.01, 0.04]);
/** The maximum length of a measurement, in seconds. */
const HORIZON = 60;

/** @param {Profile} profile @param {number} seed @returns {Path} */
export function pathOf(profile, seed) {
  return { forward: direction(profile, 2 * seed), backward: direction(profile, 2 * seed + 1) };
}

/** Pseudorandom numbers in [0, 1) from a seed (mulberry32). @param {number} seed @returns {() => number} */
export function randomOf(seed) {
  let state = Math.imul(seed, 0x9e3779b1) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {() => number} random @param {readonly [number, number]} range */
export function between(random, [from, to]) {
  return from + (to - from) * random();
}

/** @param {Profile} profile @param {number} seed */
function direction({ base, jitter, loss, bursts }, seed) {
  const random = randomOf(seed);
  const congestion = bursts ? burstsOf(random) : [];
  return (/** @type {number} */ at) => {
    const [queue, height, lost] = [exponential(random, jitter), between(random, [0.5, 1]), random() < loss];
    const burst = congestion.find(({ from, to }) => at >= from && at < to);
    return lost ? undefined : base + queue + (burst ? height * burst.height : 0);
  };
}

/** @param {() => number} random */
function burstsOf(random) {
  const bursts = [];
  let to = -BURST_GAP * random();
  while (to < HORIZON) {
    const from = to + exponential(random, BURST_GAP);
    to = from + between(random, BURST_LENGTH);
    bursts.push({ from, to, height: between(random, BURST_HEIGHT) });
  }
  return bursts;
}

/** @param {() => number} random @param {number} mean */
function exponential(random, mean) {
  return -mean * Math.log(1 - random());
}
