// Prints by how much this machine's clock is off, or why that is unknown: node examples/offset-or-reason.js [SERVER…]

import { explain, measureOffset } from 'tsntp';

/** @typedef {import('tsntp').QueryOutcome} QueryOutcome */

const [, , ...named] = process.argv;
try {
  const { offset } = await measureOffset(named.length > 0 ? named : 'pool.ntp.org', { timeout: 1 });
  console.log(`this clock is ${offset.toFixed(6)} s behind`);
} catch (error) {
  // The cause is the outcome of the measurement; the error for a wrong argument has none.
  const outcome = /** @type {{ cause?: QueryOutcome }} */ (error).cause;
  if (outcome === undefined) throw error;
  console.log(`no offset: ${explain(outcome)}`);
  for (const one of outcome.servers) console.log(`${one.server.host}: ${explain(one, outcome)}`);
  process.exitCode = 3;
}
