// Gives a program the right time on a machine whose clock it may not set: node examples/corrected-now.js [SERVER]

import { measureOffset } from 'tsntp';

const { offset } = await measureOffset(process.argv[2] ?? 'pool.ntp.org');
// Counts on from one reading by the clock that is never stepped, so that a step of the system's clock does not show.
const began = Date.now() + offset * 1000 - performance.now();
const now = () => began + performance.now();

console.log(`system    ${new Date().toISOString()}`);
console.log(`corrected ${new Date(now()).toISOString()}`);
