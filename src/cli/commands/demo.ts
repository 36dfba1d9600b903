// `tsntp demo`: the main job against four servers inside this process, on loopback, one of them a second off.
// With --format json the report is JSON. It needs no network and no privilege, and never touches the clock.

import { openClock } from '../../clock/index.ts';
import { type ResponderOptions, refidOf, startResponder } from '../../net/responder.ts';
import type { Arguments } from '../../options/parsed.ts';
import { formatServer } from '../../sources/server.ts';
import type { Context } from '../process/context.ts';
import { runSync } from './sync.ts';

const SERVERS: readonly ResponderOptions[] = [
  { stratum: 1, refid: refidOf('GPS') },
  { stratum: 2, refid: 0xc0000201, delay: 0.001 },
  { stratum: 2, refid: 0xc6336402, delay: 0.003 },
  { stratum: 2, refid: 0xcb007103, offset: 1 },
];

/** Starts the servers, runs `sync --dry-run` against them, and stops them. */
export async function runDemo(args: Arguments<'demo'>, context: Context): Promise<number> {
  const clock = await openClock();
  const responders = await Promise.all(SERVERS.map(server => startResponder(() => clock.now(), server)));
  try {
    const server = responders.map(({ address }) =>
      formatServer({ host: address.address, port: address.port }),
    );
    const format = args.format === 'json' ? 'json' : 'table';
    if (format === 'table')
      context.print('Four servers on this machine, the last of them one second off. Nothing is set.\n\n');
    return await runSync({ server, format, verbose: 0, dryRun: true, force: true }, 'sync', context);
  } finally {
    await Promise.all(responders.map(responder => responder.close()));
  }
}
