// How far a clock is off that is set by runs from a scheduler: simulated oscillators over days, through the package's own
// estimate, and through what else can be done. Prints Markdown; needs no build.
//   node test/bench/drift.js [SEEDS]

import { rmSync } from 'node:fs';
import { build } from 'esbuild';

/** @import { DriftCourse, DriftWorld, Policy } from '../support/drift-world.ts' */

/** The world is TypeScript, which Node 20 does not read. Beside the sources, so that imports resolve. */
const bundle = `${import.meta.dirname}/drift.${process.pid}.mjs`;
await build({
  entryPoints: [`${import.meta.dirname}/../support/drift-world.ts`],
  bundle: true,
  format: 'esm',
  platform: 'node',
  outfile: bundle,
});
const { ntpdate, offsetOverTime, rootMeanSquare, simulateDrift, tsntp } = await import(bundle).finally(() =>
  rmSync(bundle),
);

const seeds = Array.from({ length: Number(process.argv[2] ?? 24) }, (_, i) => i + 1);

/** Wander in ppm/√h, daily rhythm in ppm, noise in ms; the tables' worlds. */
const OSCILLATORS = [
  [0.01, 0, 0.1],
  [0.1, 0, 0.1],
  [0.3, 0, 0.1],
  [1, 0, 0.1],
  [0.03, 1, 0.1],
  [0.01, 0, 0.3],
  [0.1, 0, 0.3],
  [0.3, 0, 0.3],
  [1, 0, 0.3],
  [0.03, 0.3, 0.3],
  [0.01, 0, 1],
  [0.1, 0, 1],
  [0.3, 0, 1],
  [1, 0, 1],
  [0.03, 1, 1],
];
const worlds = OSCILLATORS.map(([wander, daily, noise]) => ({ wander, daily, noise: noise / 1e3 }));
const typical = { wander: 0.03, daily: 0.3, noise: 3e-4 };

console.log('\n**Between hourly runs** (RMS in ms after the first day)\n');
table(['wander, day ± ppm, noise ms', 'ntpdate', 'f += offset/T', 'tsntp', 'p99', 'greatest', 'expected']);
for (const world of [...worlds, { wander: 0.1, daily: 1, airConditioner: 0.1, noise: 1e-3 }]) {
  const courses = run(world);
  row(nameOf(world), rms(run(world, ntpdate)), rms(run(world, offsetOverTime)), ...figures(courses));
}

console.log('\n**Other intervals** (wander 0.1, day ± 0.5, noise 0.3 ms)\n');
table(['interval', 'ntpdate', 'f += offset/T', 'tsntp', 'p99', 'greatest', 'expected']);
for (const [name, interval, days] of [
  ['15 min', 900, 10],
  ['1 h', 3600, 14],
  ['6 h', 21_600, 20],
  ['24 h', 86_400, 40],
]) {
  const world = { wander: 0.1, daily: 0.5, noise: 3e-4, interval, days };
  const from = Math.max(24, (5 * interval) / 3600);
  const [none, naive] = [ntpdate, offsetOverTime].map(policy => rms(run(world, policy), from));
  row(name, none, naive, ...figures(run(world), from));
}

console.log('\n**Where measurements are not what they claim** (wander 0.03, day ± 0.3, noise 0.3 ms)\n');
table(['', 'f += offset/T', 'tsntp', 'p99', 'greatest', 'expected']);
for (const [name, change] of [
  ['as claimed', {}],
  ['2 % of the runs congested', { congested: 0.02 }],
  ['10 % of the runs congested', { congested: 0.1 }],
  ['10 % of the runs missing', { missing: 0.1 }],
  ['noise three times what is claimed', { claimedNoise: 1 / 3 }],
  ['noise a third of what is claimed', { claimedNoise: 3 }],
  ['four servers in turn, paths ± 1 ms', { pool: { servers: 4, asymmetry: 1e-3 } }],
  ['eight servers in turn, paths ± 0.2 ms', { pool: { servers: 8, asymmetry: 2e-4 } }],
  ['a clock of +78 ppm', { rate: 78 }],
]) {
  const world = { ...typical, ...change };
  row(name, rms(run(world, offsetOverTime)), ...figures(run(world)));
}

console.log('\n**Surprises** (the same with 2 % congested; RMS in ms in the hours after it)\n');
const hours = [0, 1, 2, 3, 5, 8, 12];
table(['', 'before', ...hours.map(hour => `${hour}`), 'f += offset/T']);
for (const [name, surprise] of [
  ['rate +20 ppm, at a run', { hour: 120, rate: 20 }],
  ['rate +20 ppm, between two runs', { hour: 120.5, rate: 20 }],
  ['rate −5 ppm, at a run', { hour: 120, rate: -5 }],
  ['rate +1 ppm, at a run', { hour: 120, rate: 1 }],
  ['path +5 ms, the same server', { hour: 120, asymmetry: 5e-3 }],
  ['path +5 ms, another server', { hour: 120, asymmetry: 5e-3, otherPeer: true }],
  ['path −15 ms, the same server', { hour: 120, asymmetry: -15e-3 }],
  ['path −15 ms, another server', { hour: 120, asymmetry: -15e-3, otherPeer: true }],
]) {
  const world = { ...typical, congested: 0.02, days: 7, surprise };
  const after = courses => hours.map(hour => rms(courses, 120 + hour, 121 + hour));
  const courses = againstShifted(run(world), surprise);
  const naive = againstShifted(run(world, offsetOverTime), surprise);
  row(name, rms(courses, 24, 120), ...after(courses), after(naive).slice(0, 4).join(', '));
}

/** @param {DriftWorld} world @param {Policy} policy @returns {readonly DriftCourse[]} */
function run(world, policy = tsntp) {
  return seeds.map(seed => simulateDrift(world, seed, policy));
}

/** Against the time that is measured from then on. @param {readonly DriftCourse[]} courses */
function againstShifted(courses, { hour, asymmetry = 0 }) {
  for (const { errors } of courses) {
    for (let minute = hour * 60; minute < errors.length; minute++) errors[minute] -= asymmetry;
  }
  return courses;
}

/** RMS, 99th percentile, maximum, and the RMS that the runs expected. @param {readonly DriftCourse[]} courses */
function figures(courses, from = 24) {
  const sizes = courses
    .flatMap(({ errors }) => [...errors.subarray(from * 60)].map(Math.abs))
    .sort((a, b) => a - b);
  const expected = courses.flatMap(({ expected }) => expected.filter(({ minute }) => minute >= from * 60));
  const square = expected.reduce((sum, { error }) => sum + error ** 2, 0) / expected.length;
  const [p99, greatest] = [sizes[Math.floor(0.99 * sizes.length)], sizes.at(-1)];
  return [
    `**${rms(courses, from)}**`,
    shown(1e3 * p99),
    shown(1e3 * greatest),
    shown(1e3 * Math.sqrt(square)),
  ];
}

function rms(courses, from = 24, to = undefined) {
  return shown(rootMeanSquare(courses, from, to));
}

/** Three digits. @param {number} value */
function shown(value) {
  return value >= 10 ? value.toFixed(value >= 100 ? 0 : 1) : value.toFixed(value >= 1 ? 2 : 3);
}

function nameOf({ wander, daily, airConditioner, noise }) {
  const rhythm = daily ? `, ± ${daily}` : '';
  return `${wander}${rhythm}${airConditioner ? `, air conditioner ± ${airConditioner}` : ''}; ${noise * 1e3}`;
}

function table(columns) {
  row(...columns);
  console.log(`|${'---|'.repeat(columns.length)}`);
}

function row(...cells) {
  console.log(`| ${cells.join(' | ')} |`);
}
