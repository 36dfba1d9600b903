// Runs one case inside a guest: node driver.js JOB-FOLDER, which contains job.json and receives result.json.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cases } from '../cases/index.js';
import { openGuest } from './guest.js';
import { assertGuest } from './kernel.js';

assertGuest();
const folder = process.argv[2];
const job = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'));
const guest = openGuest(job, folder);
const { run } = cases.find(c => c.name === job.case);

let result;
try {
  result = (await run(guest)) ?? {};
} catch (error) {
  // The output of tsntp explains most failures.
  result = { residual: error.residual, error: [error.message, ...guest.transcript()].join('\n') };
  console.log(error.stack);
}
guest.close();
console.log(guest.transcript().join('\n'));
writeFileSync(join(folder, 'result.json'), JSON.stringify(result), { flush: true });
