// Compares estimators: simulates peers over the bench's paths → the error of each way to filter, cluster, and combine.
// Uses the package's own stages where they exist. Prints Markdown; needs `npm run build`.
//   node test/bench/simulate.js [RUNS]

import { clusterSurvivors } from '../../dist/ntp/cluster.js';
import { combineSurvivors } from '../../dist/ntp/combine.js';
import { estimatePeer } from '../../dist/ntp/filter.js';
import { selectTruechimers } from '../../dist/ntp/select.js';
import { between, PROFILES, randomOf } from './paths.js';
import { burstOf } from './samples.js';

/** @import { EstimateTerms, PeerEstimate } from '../../dist/ntp/filter.js' */
/** @import { Way } from './samples.js' */
/** @import { Agreement } from '../../dist/ntp/select.js' */
/** @typedef {readonly PeerEstimate[]} Peers */
/** @typedef {(peers: Peers, agreement: Agreement<PeerEstimate>) => number} Combine */

const runs = Number(process.argv[2] ?? 2000);

/** @typedef {(k: number, random: () => number) => Way} World */

/**
 * Worlds in addition to the bench's profiles: three good servers with a noisy one; paths of different length and
 * asymmetry; the same with strata 1 and 2, whose own errors are within their root delay and dispersion; and a near
 * server whose path is far more asymmetric than those of three others.
 * @type {Record<string, World>}
 */
const WORLDS = {
  ...Object.fromEntries(
    Object.entries(PROFILES)
      .filter(([, profile]) => !('drift' in profile))
      .map(([name, profile]) => [name, () => ({ profile })]),
  ),
  'WAN + 1 BAD': k => ({ profile: k === 0 ? PROFILES.BAD : PROFILES.WAN }),
  UNLIKE: (_k, random) => {
    const base = logarithmic(random, [0.005, 0.1]);
    const profile = { base, jitter: base * between(random, [0.02, 0.3]), loss: 0.01, bursts: false };
    return { profile, skew: base * between(random, [-0.1, 0.1]) };
  },
  POOL: (_k, random) => {
    const base = logarithmic(random, [0.0025, 0.025]);
    const profile = { base, jitter: base * between(random, [0.02, 0.2]), loss: 0.01, bursts: false };
    const asymmetry = base * between(random, [-0.1, 0.1]);
    if (random() < 0.3) return { profile, skew: asymmetry };
    const rootDelay = logarithmic(random, [0.001, 0.055]);
    const rootDispersion = logarithmic(random, [0.002, 0.03]);
    const ownError =
      (rootDelay / 2) * between(random, [-0.15, 0.15]) + rootDispersion * between(random, [-0.1, 0.1]);
    return { profile, skew: asymmetry + ownError, rootDelay, rootDispersion };
  },
  CROOKED: (k, random) => {
    const base = k === 0 ? 0.005 : logarithmic(random, [0.015, 0.04]);
    const profile = { base, jitter: 0.1 * base, loss: 0, bursts: false };
    return { profile, skew: base * (k === 0 ? 0.6 : between(random, [-0.05, 0.05])) };
  },
};

/**
 * The number of servers, how many lie, by how much (in one-way delays where the unit is not seconds), and the claimed
 * distance.
 */
const SCENARIOS = {
  'one server': { servers: 1, liars: 0, lie: () => 0, claim: 0.001 },
  'four servers': { servers: 4, liars: 0, lie: () => 0, claim: 0.001 },
  'four, one lies by 1 s': { servers: 4, liars: 1, lie: () => 1, claim: 0.001 },
  'four, one lies within its bound': {
    servers: 4,
    liars: 1,
    lie: (/** @type {number} */ base) => 0.4 * base,
    claim: 0.001,
  },
  'four, one lies and claims a wide bound': {
    servers: 4,
    liars: 1,
    lie: (/** @type {number} */ base) => 20 * base,
    claim: 1,
  },
  'five, two lie by 1 s': { servers: 5, liars: 2, lie: () => 1, claim: 0.001 },
};

const lambda = (/** @type {PeerEstimate} */ { rootDistance }) => 1 / rootDistance;
/** 1/(λ + c·h), as in combine.ts. @param {number} counts @param {(peer: PeerEstimate) => number} delayOf */
const heldUp =
  (counts, delayOf = ({ delay, rootDelay }) => delay + rootDelay) =>
  (/** @type {Peers} */ peers) => {
    const survivors = clustered(peers);
    const least = Math.min(...survivors.map(delayOf));
    const weight = (/** @type {PeerEstimate} */ peer) =>
      1 / (peer.rootDistance + (counts * (delayOf(peer) - least)) / 2);
    return weightedMedian(survivors, weight);
  };
const clustered = (/** @type {Peers} */ peers, doubtful = 0) =>
  clusterSurvivors(peers, undefined, doubtful).survivors;
/** @type {Combine} */
const ours = (peers, agreement) => combineSurvivors(clustered(peers, agreement.doubtful), agreement).offset;

/** The options for estimating one server. @satisfies {Record<string, EstimateTerms>} */
const TERMS = {
  'rate unknown': {},
  'rate known': { rate: { rate: 0, uncertainty: 0 } },
  'least delay': { estimator: /** @type {const} */ ('least-delay') },
};

/** @type {Record<string, { terms?: keyof typeof TERMS, combine: Combine }>} */
const METHODS = {
  '**tsntp**: paired minima, weighted median': {
    combine: ours,
  },
  'the same, rate known': {
    terms: 'rate known',
    combine: ours,
  },
  'the same, weights 1/λ (RFC 5905)': { combine: peers => weightedMedian(clustered(peers), lambda) },
  'the same, weights 1/(λ + 2h)': { combine: heldUp(2) },
  'the same, weights 1/(λ + 10h)': { combine: heldUp(10) },
  'the same, weights 1/(λ + 5h), h of δ without Δ': { combine: heldUp(5, ({ delay }) => delay) },
  'the same, least delay': {
    terms: 'least delay',
    combine: ours,
  },
  'the same, none cast off': { combine: (peers, agreement) => combineSurvivors(peers, agreement).offset },
  'the same, cluster of RFC 5905': {
    combine: (peers, agreement) => combineSurvivors(rfcCluster(peers), agreement).offset,
  },
  'RFC 5905 (least delay, cluster, mean 1/λ)': {
    terms: 'least delay',
    combine: peers => mean(rfcCluster(peers), lambda),
  },
  'pooled minima: of all servers together': { combine: pooledMinima },
  'the one packet of least delay (as ntpdig)': {
    terms: 'least delay',
    combine: peers => peers.reduce((least, peer) => (peer.delay < least.delay ? peer : least)).offset,
  },
  'paired minima, cluster of RFC 5905, mean 1/λ': { combine: peers => mean(rfcCluster(peers), lambda) },
  '— mean 1/λ²': { combine: peers => mean(rfcCluster(peers), peer => lambda(peer) ** 2) },
  '— mean 1/jitter²': {
    combine: peers => mean(rfcCluster(peers), ({ jitter }) => 1 / Math.max(jitter, 1e-7) ** 2),
  },
  '— system peer alone': { combine: peers => rfcCluster(peers)[0]?.offset ?? 0 },
  'no cluster, mean 1/λ': { combine: peers => mean(peers, lambda) },
  '— median, all alike': { combine: peers => median(peers.map(({ offset }) => offset)) },
  '— middle half of the weights 1/λ': { combine: peers => middleHalf(peers) },
  '— Huber, scale = median jitter': { combine: huber },
};

/** The methods that differ in how they estimate one server. */
const ESTIMATORS = [
  '**tsntp**: paired minima, weighted median',
  'the same, rate known',
  'the same, least delay',
];

for (const [scenario, { servers, liars, lie, claim }] of Object.entries(SCENARIOS)) {
  for (const samples of [4, 8]) {
    const errors = new Map(Object.keys(METHODS).map(method => [method, /** @type {string[]} */ ([])]));
    for (const wayTo of Object.values(WORLDS)) {
      const found = simulate(wayTo, { servers, liars, lie, claim, samples });
      for (const [method, cells] of errors) cells.push(cell(found.get(method) ?? []));
    }
    console.log(`\n**${scenario}, ${samples} samples** (error in ms: median / p90 / p99 of ${runs} runs)\n`);
    console.log(
      `| | ${Object.keys(WORLDS).join(' | ')} |\n|---|${'---|'.repeat(Object.keys(WORLDS).length)}`,
    );
    // With one server there is nothing to combine.
    const rows = [...errors].filter(([method]) => servers > 1 || ESTIMATORS.includes(method));
    for (const [method, cells] of rows) console.log(`| ${method} | ${cells.join(' | ')} |`);
  }
}

/**
 * @param {World} wayTo
 * @param {{ servers: number, liars: number, lie: (base: number) => number, claim: number, samples: number }} scenario
 */
function simulate(wayTo, { servers, liars, lie, claim, samples }) {
  const errors = new Map(Object.keys(METHODS).map(method => [method, /** @type {number[]} */ ([])]));
  for (let run = 0; run < runs; run++) {
    const random = randomOf(run + 1);
    const sign = random() < 0.5 ? -1 : 1;
    const bursts = Array.from({ length: servers }, (_, k) => {
      const way = wayTo(k, random);
      const lies = k >= servers - liars;
      return burstOf(lies ? { ...way, rootDispersion: claim } : way, {
        seed: run * 16 + k,
        samples,
        lie: lies ? sign * lie(way.profile.base) : 0,
      });
    }).filter(samples => samples.length > 0);
    for (const [name, terms] of Object.entries(TERMS)) {
      const peers = bursts.map(samples => estimatePeer(samples, terms)).filter(peer => !('kind' in peer));
      const selection = selectTruechimers(peers);
      if (selection.kind === 'no-majority') continue;
      for (const [method, { terms: wanted = 'rate unknown', combine }] of Object.entries(METHODS)) {
        if (wanted === name) errors.get(method)?.push(Math.abs(combine(selection.truechimers, selection)));
      }
    }
  }
  return errors;
}

/** Down to the jitter of the steadiest server, NMIN 3 (RFC 5905 §11.2.2). @param {Peers} peers */
function rfcCluster(peers) {
  let left = peers.toSorted((a, b) => a.rootDistance - b.rootDistance);
  while (left.length > 3) {
    const center = left.reduce((sum, { offset }) => sum + offset, 0) / left.length;
    const worst = left.reduce((far, one) =>
      Math.abs(one.offset - center) >= Math.abs(far.offset - center) ? one : far,
    );
    const squares = left.reduce((sum, { offset }) => sum + (offset - worst.offset) ** 2, 0);
    if (Math.sqrt(squares / (left.length - 1)) <= Math.min(...left.map(({ jitter }) => jitter))) break;
    left = left.filter(one => one !== worst);
  }
  return left;
}

/** @param {Peers} peers @param {(peer: PeerEstimate) => number} weight */
function mean(peers, weight) {
  const total = peers.reduce((sum, peer) => sum + weight(peer), 0);
  return peers.reduce((sum, peer) => sum + weight(peer) * peer.offset, 0) / total;
}

/** As in combine.ts. @param {Peers} peers @param {(peer: PeerEstimate) => number} weight */
function weightedMedian(peers, weight) {
  const ascending = peers.toSorted((a, b) => a.offset - b.offset);
  let total = 0;
  const centers = ascending.map(peer => {
    const [half, before] = [weight(peer) / 2, total];
    total += 2 * half;
    return { center: before + half, offset: peer.offset };
  });
  const at = centers.findIndex(({ center }) => center >= total / 2);
  const [below, above] = [centers[Math.max(at - 1, 0)], centers[at]];
  if (!below || !above || below === above) return above?.offset ?? 0;
  const share = (total / 2 - below.center) / (above.center - below.center);
  return below.offset + share * (above.offset - below.offset);
}

/** The smallest forward and the smallest backward difference of any server. @param {Peers} peers */
function pooledMinima(peers) {
  const forward = Math.min(...peers.map(({ delay, offset }) => delay / 2 + offset));
  const backward = Math.min(...peers.map(({ delay, offset }) => delay / 2 - offset));
  return (forward - backward) / 2;
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The mean of the offsets between the first and the third quartile of the weights. @param {Peers} peers */
function middleHalf(peers) {
  const total = peers.reduce((sum, peer) => sum + lambda(peer), 0);
  let [passed, sum] = [0, 0];
  for (const peer of peers.toSorted((a, b) => a.offset - b.offset)) {
    const inside = Math.min(passed + lambda(peer), 0.75 * total) - Math.max(passed, 0.25 * total);
    sum += Math.max(inside, 0) * peer.offset;
    passed += lambda(peer);
  }
  return sum / (total / 2);
}

/** @param {Peers} peers */
function huber(peers) {
  const scale = median(peers.map(({ jitter }) => jitter));
  let center = median(peers.map(({ offset }) => offset));
  for (let i = 0; i < 20; i++) {
    const at = center;
    center = mean(peers, peer => lambda(peer) * Math.min(1, scale / Math.abs(peer.offset - at)));
  }
  return center;
}

/** @param {() => number} random @param {readonly [number, number]} range */
function logarithmic(random, [from, to]) {
  return from * (to / from) ** random();
}

/** @param {readonly number[]} errors */
function cell(errors) {
  const sorted = errors.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ share) => {
    const ms = 1e3 * (sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)] ?? Number.NaN);
    return ms < 0.02 ? ms.toFixed(4) : ms < 10 ? ms.toFixed(2) : ms.toFixed(1);
  };
  return `${at(0.5)} / ${at(0.9)} / ${at(0.99)}`;
}
