// `npm run bench:week`: how far off a clock is between hourly runs of tsntp and its peers, and beside a daemon, in the same
// guest under simulated time for four days. Prints the report, and writes it and a picture after a complete
// run.   node test/week/bench.js [--name TEXT] [--hours N] [--report]
// --report measures nothing: it reports what the guests of the last runs have written.

import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installPacked } from '../vm/command.js';
import { errorsBetween, milliseconds } from './figures.js';
import { HOUR, minutesIn, runGuest } from './guest.js';
import { inTurn } from './in-turn.js';
import { clientsOf, fetchPeers, versionsOf } from './peers.js';
import { pictureOf } from './picture.js';
import { makePlaces } from './places.js';
import { dropClockRights } from './unprivileged.js';

/** @import { Minute } from './guest.js' */

const root = resolve(import.meta.dirname, '../..');
const REPORT = 'test/bench/results/between-runs.md';
const PICTURE = 'docs/images/between-runs.svg';
/** The hour from which on the errors count. */
const FROM = 24;
const LOSES = 37.5;

const { values: options } = parseArgs({
  options: {
    name: { type: 'string', default: '' },
    hours: { type: 'string', default: '96' },
    report: { type: 'boolean', default: false },
  },
});
const hours = Number(options.hours);
if (dropClockRights()) await main();

async function main() {
  const places = makePlaces();
  const peers = join(places.cache, 'peers');
  fetchPeers(peers);
  const command = join(places.cache, 'bench-package');
  if (!options.report) installPacked(command);
  // On one thread: V8's helper threads would wait for simulated time.
  const tsntp = `${process.execPath} --single-threaded ${command}/node_modules/tsntp/bin/tsntp.js`;
  const clients = clientsOf(peers, tsntp).filter(({ name }) => name.includes(options.name));
  const courses = await inTurn(clients, availableParallelism(), async ({ name, program, schedule }) => {
    const setting = { loses: LOSES, hours, ...schedule };
    const folder = places.folderOf(`bench ${name}`);
    const minutes = options.report
      ? minutesIn(folder)
      : await runGuest({ ...places, folder }, setting, program);
    if (process.stderr.isTTY) console.error(`${name}: done`);
    return { name, minutes };
  });
  publish(courses, versionsOf(peers), clients.length < clientsOf(peers, tsntp).length || hours < 96);
}

/**
 * @param {readonly { name: string, minutes: readonly Minute[] }[]} courses @param {readonly string[]} versions
 * @param {boolean} partial
 */
function publish(courses, versions, partial) {
  const report = reportOf(courses, versions);
  console.log(report);
  if (partial) return;
  writeFileSync(join(root, REPORT), report);
  writeFileSync(join(root, PICTURE), pictureOf(courses.map(course => counted(course))));
}

/** @param {{ name: string, minutes: readonly Minute[] }} course */
function counted({ name, minutes }) {
  const errors = minutes.filter(({ at }) => at >= FROM * HOUR).map(({ error }) => Math.abs(error));
  return { name, errors: errors.sort((a, b) => a - b) };
}

/** @param {readonly { name: string, minutes: readonly Minute[] }[]} courses @param {readonly string[]} versions */
function reportOf(courses, versions) {
  const rows = courses.map(({ name, minutes }) => {
    const { rms, p99, largest } = errorsBetween(minutes, FROM);
    return `| ${[name, ...[rms, p99, largest].map(milliseconds)].join(' | ')} |`;
  });
  return `# A clock between the runs

\`npm run bench:week\` · ${new Date().toISOString().slice(0, 10)} · ${cpus().length} × ${cpus()[0]?.model}, Linux ${release()}, Node ${process.version} · ${versions.join(' · ')}

The error of the system clock in each minute after the first day of ${hours / 24}, in a guest of its own under simulated time. The clock
loses ${LOSES} ppm, with a daily rhythm of ± 0.3 ppm; the path to the one server takes 1 ms in each direction, with a standard
deviation of 0.1 ms. "In cron": once an hour.

| | RMS | p99 | largest |
|---|---|---|---|
${rows.join('\n')}

![Distribution of the errors](../../../${PICTURE})
`;
}
