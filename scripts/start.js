// `npm start`: runs the main job against servers inside the package, so that it works without a network or privileges.
// `npm start -- pool.ntp.org` runs tsntp with these arguments.

import { main } from '../dist/cli/main.js';

const args = process.argv.slice(2);
process.exitCode = await main(args.length > 0 ? args : ['demo'], process);
