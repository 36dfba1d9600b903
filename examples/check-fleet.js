// Which of many clocks are wrong? Compares the hosts with each other, or with the servers in the variable REFERENCE.

import { check } from 'tsntp';

const reference = process.env.REFERENCE?.split(' ') ?? 'majority';

const outcome = await check(process.argv.slice(2), {
  reference,
  onTarget({ target, verdict, reading }) {
    const offset =
      reading === undefined ? '' : ` ${reading.offset.toFixed(3)} s ± ${reading.errorBound.toFixed(3)} s`;
    console.log(`${target.host}: ${verdict}${offset}`);
  },
});
console.log(outcome.kind === 'no-reference' ? outcome.reason : outcome.kind);
