// `check` in the simulated world: its unconnected sockets, and a check of hosts by name with few words.

import { type CheckEvent, type CheckOptions, type CheckPorts, check } from '../../src/check.ts';
import type { Checked, CheckedTarget, FleetOutcome, Limits, Target } from '../../src/fleet/fleet-outcome.ts';
import type { Channel, OpenUnconnected, Transport } from '../../src/net/transport.ts';
import type { Reading } from '../../src/ntp/time.ts';
import { defaultLimits } from '../../src/options/default-limits.ts';
import { NTP_PORT } from '../../src/sources/server.ts';
import { server, type World, type WorldSetup, world } from './world.ts';

export const LIMITS: Limits = defaultLimits();

export interface FleetCheck {
  readonly outcome: FleetOutcome;
  readonly events: readonly CheckEvent[];
  readonly there: World;
}

/** Checks these hosts in a world; by default with the server `reference`, which must then be one of the world's. */
export async function checkIn(
  setup: WorldSetup,
  hosts: readonly string[],
  options: Partial<CheckOptions> = {},
  changes: (there: World) => Partial<CheckPorts> = () => ({}),
): Promise<FleetCheck> {
  const there = world(setup);
  const events: CheckEvent[] = [];
  const own = there.ports();
  const ports: CheckPorts = {
    ...own,
    openUnconnected: unconnectedOver(own.transport, there.clock.read),
    readers: [],
    emit: event => void events.push(event),
    ...changes(there),
  };
  const survey = there.options({ servers: [server('reference')] });
  const all: CheckOptions = {
    targets: hosts.map(target),
    reference: { kind: 'servers', survey },
    limits: LIMITS,
    failOn: 'unreachable',
    rate: 5000,
    via: ['ntp'],
    timeout: 1,
    version: 4,
    ...options,
  };
  const outcome = await there.run(check(all, ports));
  if (there.unfinished() !== 0) throw new Error(`${there.unfinished()} sockets or timers are left`);
  return { outcome, events, there };
}

export function target(host: string): Target {
  return { host, port: NTP_PORT, from: 'command line' };
}

/** The targets of an outcome that has some. */
export function checkedIn(outcome: FleetOutcome): Checked {
  if (outcome.kind === 'no-reference') throw new Error(outcome.reason);
  return outcome;
}

/** The verdict on each host. */
export function verdictsOf(outcome: FleetOutcome): Readonly<Record<string, CheckedTarget['verdict']>> {
  const { targets } = checkedIn(outcome);
  return Object.fromEntries(targets.map(({ target: { host }, verdict }) => [host, verdict]));
}

/** One socket for all servers of a network. */
function unconnectedOver(transport: Transport, read: () => Reading): OpenUnconnected {
  return async (_family, listener) => {
    const channels = new Map<string, Promise<Channel | undefined>>();
    return {
      send(datagram, address) {
        const heard = {
          arrival: (arrival: Parameters<typeof listener>[0]) => listener(arrival, address.address),
          error() {},
        };
        const channel =
          channels.get(address.address) ?? transport.connect(address, heard).catch(() => undefined);
        channels.set(address.address, channel);
        void channel.then(open => open?.send(datagram));
        return read();
      },
      close() {
        for (const channel of channels.values()) void channel.then(open => open?.close());
      },
    };
  };
}
