// Gives up after a while, and keeps what was measured until then: node examples/abort.js SECONDS [SERVER…]

import { explain, query } from 'tsntp';

const [, , seconds = '0.5', ...named] = process.argv;
const signal = AbortSignal.timeout(Number(seconds) * 1000);
const servers = named.length > 0 ? named : ['pool.ntp.org'];
const outcome = await query(servers, { signal, timeout: Infinity, deadline: Infinity });
console.log(explain(outcome));
for (const { server, estimate } of outcome.servers) {
  console.log(
    `${server.host}:${server.port} ${estimate ? `${estimate.offset.toFixed(6)} s` : 'not measured'}`,
  );
}
