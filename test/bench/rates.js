// The cost of not knowing our clock's rate: one server, simulated over the bench's paths with several clock rates → the
// error of the estimate with and without that knowledge. Prints Markdown; needs `npm run build`.
//   node test/bench/rates.js [RUNS]

import { estimatePeer } from '../../dist/ntp/filter.js';
import { PROFILES } from './paths.js';
import { burstOf } from './samples.js';

/** @import { EstimateTerms } from '../../dist/ntp/filter.js' */

const runs = Number(process.argv[2] ?? 2000);
/** In ppm. */
const RATES = [0, 5, 20, 40, 78, 100, 200, 300, 500];

/** @type {readonly { name: string, profile: import('./paths.js').Profile, samples: number, spacing: number }[]} */
const BURSTS = [
  { name: 'LAN, 4 samples 0.1 s apart', profile: PROFILES.LAN, samples: 4, spacing: 0.1 },
  { name: 'LAN, 4 samples 0.0433 s apart', profile: PROFILES.LAN, samples: 4, spacing: 0.0433 },
  { name: 'LAN, 8 samples 0.0433 s apart', profile: PROFILES.LAN, samples: 8, spacing: 0.0433 },
  { name: 'LAN, 8 samples 0.1 s apart', profile: PROFILES.LAN, samples: 8, spacing: 0.1 },
  { name: 'LAN, 4 samples 2 s apart', profile: PROFILES.LAN, samples: 4, spacing: 2 },
  { name: 'LAN, 8 samples 2 s apart', profile: PROFILES.LAN, samples: 8, spacing: 2 },
  { name: 'WAN, 4 samples 2 s apart', profile: PROFILES.WAN, samples: 4, spacing: 2 },
  { name: 'WAN, 8 samples 2 s apart', profile: PROFILES.WAN, samples: 8, spacing: 2 },
  { name: 'BAD, 4 samples 2 s apart', profile: PROFILES.BAD, samples: 4, spacing: 2 },
  { name: 'BAD, 8 samples 2 s apart', profile: PROFILES.BAD, samples: 8, spacing: 2 },
  { name: 'ASYM, 4 samples 2 s apart', profile: PROFILES.ASYM, samples: 4, spacing: 2 },
  { name: 'ASYM, 8 samples 2 s apart', profile: PROFILES.ASYM, samples: 8, spacing: 2 },
];

/** @type {Record<string, (rate: number) => EstimateTerms>} */
const METHODS = {
  'rate known': rate => ({ rate: { rate, uncertainty: 0 } }),
  '**rate unknown**': () => ({}),
  'taken for 0, as it was': () => ({ rate: { rate: 0, uncertainty: 0 } }),
  'least delay': () => ({ estimator: 'least-delay' }),
};

for (const burst of BURSTS) {
  console.log(
    `\n**${burst.name}** (error in µs: median / p90 of ${runs} runs; × the same with the rate known)\n`,
  );
  console.log(`| | ${RATES.map(ppm => `${ppm} ppm`).join(' | ')} |\n|---|${'---|'.repeat(RATES.length)}`);
  const columns = RATES.map(ppm => simulate(burst, ppm * 1e-6));
  for (const method of Object.keys(METHODS)) {
    const cells = columns.map(errors => cell(errors[method] ?? [], errors['rate known'] ?? []));
    console.log(`| ${method} | ${cells.join(' | ')} |`);
  }
}

/**
 * Alternates between positive and negative rates. @param {typeof BURSTS[number]} burst @param {number} size @returns
 * {Record<string, number[]>}
 */
function simulate({ profile, samples, spacing }, size) {
  const errors = Object.fromEntries(
    Object.keys(METHODS).map(method => [method, /** @type {number[]} */ ([])]),
  );
  for (let run = 0; run < runs; run++) {
    const rate = run % 2 === 0 ? size : -size;
    const taken = burstOf({ profile }, { seed: run + 1, samples, rate, spacing });
    if (taken.length === 0) continue;
    for (const [method, terms] of Object.entries(METHODS)) {
      const estimate = estimatePeer(taken, terms(rate));
      if (!('kind' in estimate)) errors[method]?.push(Math.abs(estimate.offset));
    }
  }
  return errors;
}

/** @param {readonly number[]} errors @param {readonly number[]} known */
function cell(errors, known) {
  const [median, p90] = [quantile(errors, 0.5), quantile(errors, 0.9)];
  const figures = [median, p90].map(error => Number((1e6 * error).toPrecision(2))).join(' / ');
  const times = [median / quantile(known, 0.5), p90 / quantile(known, 0.9)].map(ratio => ratio.toFixed(1));
  return errors === known ? figures : `${figures} (× ${times.join(' / ')})`;
}

/** @param {readonly number[]} values @param {number} share */
function quantile(values, share) {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)] ?? Number.NaN;
}
