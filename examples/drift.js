// Prints how much this machine's clock loses or gains by itself, as far as tsntp has learned it: node examples/drift.js

import { driftState } from 'tsntp';

const { rate, expectedError, gate, ...state } = await driftState();
if (rate === undefined) console.log('nothing is known yet');
else
  console.log(
    `this clock ${rate.frequency > 0 ? 'loses' : 'gains'} ${Math.abs(rate.frequency).toFixed(3)} ppm`,
  );
if (expectedError !== undefined) console.log(`likely error until the next run: ${expectedError} s`);
// An object here; in the JSON of the command, its kind alone.
if (gate !== undefined) console.log(`the last run left the rate alone: ${gate.kind}`);
// Instants are BigInts, which JSON.stringify does not take by itself.
console.log(JSON.stringify(state, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
