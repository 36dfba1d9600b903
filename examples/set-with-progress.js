// Sets this machine's clock and shows how that goes on: node examples/set-with-progress.js [--dry-run] [SERVER…]

import { explain, sync } from 'tsntp';

const [, , ...words] = process.argv;
const dryRun = words.includes('--dry-run');
const named = words.filter(word => word !== '--dry-run');
let replies = 0;
const outcome = await sync(named.length > 0 ? named : 'pool.ntp.org', {
  dryRun,
  wait: true,
  onEvent: event => {
    if (event.kind === 'receive') console.error(`reply ${++replies} from ${event.address.address}`);
    if (event.kind === 'decided') console.error(`decision: ${event.decision.kind}`);
    if (event.kind === 'slewing')
      console.error(`${event.left.toFixed(3)} s of ${event.of.toFixed(3)} s left`);
  },
});
console.log(explain(outcome));
if (!['adjusted', 'unchanged', 'would-adjust'].includes(outcome.kind)) process.exitCode = 1;
