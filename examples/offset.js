// Prints by how much this machine's clock is off: node examples/offset.js [SERVER]

import { measureOffset } from 'tsntp';

const { offset, errorBound } = await measureOffset(process.argv[2] ?? 'pool.ntp.org');
console.log(`this clock is ${offset.toFixed(6)} s behind, ± ${errorBound.toFixed(6)} s`);
