// Prints as JSON what a sync would do to this machine's clock, without doing it: node examples/dry-run.js [SERVER]

import { report, sync } from 'tsntp';

const outcome = await sync(process.argv[2] ?? 'pool.ntp.org', { dryRun: true });
console.log(JSON.stringify(report(outcome)));
