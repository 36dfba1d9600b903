// Compares three servers, and names those that the others outvote: node examples/compare-servers.js [SERVER…]

import { query } from 'tsntp';

const [, , ...named] = process.argv;
const servers = named.length > 0 ? named : ['time.cloudflare.com', 'time.google.com', 'ptbtime1.ptb.de'];
const outcome = await query(servers, { minServers: 2 });
for (const { server, estimate, verdict } of outcome.servers) {
  const offset = estimate ? `${(estimate.offset * 1000).toFixed(3)} ms` : 'no answer';
  console.log(`${server.host}:${server.port} ${offset} ${verdict.kind}`);
}
if (outcome.kind !== 'queried') process.exitCode = 3;
