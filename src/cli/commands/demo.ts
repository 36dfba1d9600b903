// `tsntp demo`: the main job against four servers inside this process, on loopback, one of them a second off.
// It needs no network and no privilege, and never touches the clock.

import { openClock } from '../../clock/index.ts';
import { type ResponderOptions, refidOf, startResponder } from '../../net/responder.ts';
import { formatServer } from '../../net/server.ts';
import type { MeasuringArguments, SettingArguments } from '../options.ts';
import type { Run } from '../run.ts';
import { runSync } from './sync.ts';

const SERVERS: readonly ResponderOptions[] = [
  { stratum: 1, refid: refidOf('GPS') },
  { stratum: 2, refid: 0xc0000201, delay: 0.001 },
  { stratum: 2, refid: 0xc6336402, delay: 0.003 },
  { stratum: 2, refid: 0xcb007103, offset: 1 },
];

/** Starts the servers, runs `sync --dry-run` against them, and stops them. */
export async function runDemo(run: Run): Promise<number> {
  const clock = await openClock();
  const responders = await Promise.all(SERVERS.map(server => startResponder(() => clock.now(), server)));
  try {
    const server = responders.map(({ address }) =>
      formatServer({ host: address.address, port: address.port }),
    );
    run.print('Four servers on this machine, the last of them one second off. Nothing is set.\n\n');
    return await runSync(demoArguments(server), 'sync', run);
  } finally {
    await Promise.all(responders.map(responder => responder.close()));
  }
}

function demoArguments(server: readonly string[]): MeasuringArguments & Partial<SettingArguments> {
  return { ...nothingSaid, server, format: 'table', dryRun: true };
}

const nothingSaid: MeasuringArguments = {
  server: undefined,
  servers: undefined,
  samples: undefined,
  timeout: undefined,
  interval: undefined,
  deadline: undefined,
  minServers: undefined,
  ipv4: undefined,
  ipv6: undefined,
  source: undefined,
  ntpVersion: undefined,
  key: undefined,
  keys: undefined,
  nts: undefined,
  ntsCa: undefined,
  ntsIgnoreDates: undefined,
  file: undefined,
  allowAnyOffset: undefined,
  state: undefined,
  format: undefined,
  debug: undefined,
  verbose: 0,
  color: undefined,
};
