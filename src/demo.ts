// This machine's clock → four NTP servers on loopback, one of which is wrong by a second, to try `sync` without a network.

import type { Clock } from './clock/clock.ts';
import { type ResponderOptions, refidOf, startResponder } from './net/responder.ts';
import { formatServer } from './sources/server.ts';

const SERVERS: readonly ResponderOptions[] = [
  { stratum: 1, refid: refidOf('GPS') },
  { stratum: 2, refid: 0xc0000201, delay: 0.001 },
  { stratum: 2, refid: 0xc6336402, delay: 0.003 },
  { stratum: 2, refid: 0xcb007103, offset: 1 },
];

/** Calls `run` with the servers (`127.0.0.1:PORT`, the wrong one last) and stops them when it is done. */
export async function withDemoServers<T>(
  { clock }: { readonly clock: Clock },
  run: (servers: readonly string[]) => Promise<T>,
): Promise<T> {
  const responders = await Promise.all(SERVERS.map(server => startResponder(() => clock.now(), server)));
  try {
    return await run(
      responders.map(({ address }) => formatServer({ host: address.address, port: address.port })),
    );
  } finally {
    await Promise.all(responders.map(responder => responder.close()));
  }
}
