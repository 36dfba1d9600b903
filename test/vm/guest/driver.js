// Runs one case inside a guest: node driver.js JOB-FOLDER, which contains job.json and receives result.json.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cases } from '../cases/index.js';
import { freshClocks } from './fresh.js';
import { openGuest } from './guest.js';
import { assertGuest } from './kernel.js';

assertGuest();
const folder = process.argv[2];
const job = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'));
const guest = openGuest(job, folder);
const { run } = cases.find(c => c.name === job.case);

let result;
try {
  if (!job.first) await freshClocks(job.truth, job.hardwareTime);
  result = (await run(guest)) ?? {};
} catch (error) {
  // The output of tsntp explains most failures.
  const { residual } = error;
  const disturbed = error.disturbed || guest.busyHost();
  result = { residual, disturbed, error: [error.message, ...guest.transcript()].join('\n') };
  console.log(error.stack);
}
guest.busy();
guest.close();
console.log(guest.transcript().join('\n'));
// Complete as soon as it has this name.
const file = join(folder, 'result.json');
writeFileSync(`${file}.new`, JSON.stringify(result), { flush: true });
renameSync(`${file}.new`, file);
