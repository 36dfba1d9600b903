// Prints how fast this clock is by itself, and why its rate was left alone: node examples/drift.js [STATE-DIRECTORY]

import { driftState } from 'tsntp';

const { rate, expectedError, gate, history } = await driftState({ stateDirectory: process.argv[2] });
if (rate === undefined) {
  console.log('no rate is known: it takes two runs of tsntp');
} else {
  const perDay = (Math.abs(rate.frequency) * 0.0864).toFixed(2); // 1 ppm is 86.4 ms a day
  console.log(`this clock ${rate.frequency > 0 ? 'loses' : 'gains'} ${perDay} s a day (± ${rate.sigma} ppm)`);
}
if (expectedError !== undefined) console.log(`expected error until the next run: ± ${expectedError} s`);
if (gate !== undefined) console.log(`the last run left the rate alone: ${gate.kind}`);
// Instants are nanoseconds of type bigint, which JSON does not know.
console.log(JSON.stringify(history, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
