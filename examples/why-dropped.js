// Says of each server whether it was used, and why not: node examples/why-dropped.js [SERVER…]

import { explain, query } from 'tsntp';

const [, , ...named] = process.argv;
const outcome = await query(named.length > 0 ? named : 'pool.ntp.org', { samples: 2, timeout: 1 });
console.log(explain(outcome));
for (const one of outcome.servers) {
  console.log(`${one.server.host}:${one.server.port} ${explain(one, outcome)}`);
}
