// Names and addresses of the simulated world → the two ports that the network is made of: resolution, and
// datagrams that take their time there and back, or never arrive.

import { isIPv6 } from 'node:net';
import {
  type Resolve,
  type ResolvedAddress,
  ResolveError,
  type ResolveErrorKind,
} from '../../../src/net/resolve.ts';
import {
  type Channel,
  type ChannelListener,
  type Transport,
  TransportError,
} from '../../../src/net/transport.ts';
import { decodePacket, type Packet } from '../../../src/ntp/packet.ts';
import { add, type Reading, type Seconds, type UnixTime } from '../../../src/ntp/time.ts';
import { familyOf } from '../../../src/sources/server.ts';
import { exponential } from './random.ts';
import type { Schedule } from './schedule.ts';
import { type Exchange, KEPT, type Reply, replyTo, type SimulatedServer } from './server.ts';

/** A name and what looking it up comes to. */
export interface Lookup {
  readonly addresses?: readonly string[];
  readonly fails?: ResolveErrorKind;
  /** How long it takes; for ever with Infinity. */
  readonly takes?: Seconds;
}

/** A request as the network saw it. */
export interface Asked {
  readonly at: Seconds;
  readonly address: string;
  readonly bytes: Uint8Array;
}

export interface Surroundings {
  readonly schedule: Schedule;
  readonly trueTime: () => UnixTime;
  /** The local clock, for T1 and T4. */
  readonly read: () => Reading;
  readonly random: () => number;
}

export interface Network {
  readonly transport: Transport;
  readonly asked: readonly Asked[];
  /** Channels that are still open. */
  open(): number;
}

/** Looks names up; a literal address stands for itself, at once. */
export function simulatedResolve(names: ReadonlyMap<string, Lookup>, { after }: Schedule): Resolve {
  return async (host, family, signal) => {
    signal.throwIfAborted();
    const literal = familyOf(host) !== undefined;
    const {
      addresses = [],
      fails,
      takes = 0.005,
    } = literal ? { addresses: [host], takes: 0 } : names.get(host)!;
    if (takes > 0) await lasting(takes, after, signal);
    if (fails) throw new ResolveError(fails, `${host} does not resolve`);
    const found = addresses.map((address): ResolvedAddress => ({ address, family: isIPv6(address) ? 6 : 4 }));
    const wanted = found.filter(one => family === undefined || one.family === family);
    if (wanted.length === 0)
      throw new ResolveError('no-address-of-family', `${host} has no IPv${family} address`);
    return wanted;
  };
}

/** Carries datagrams between the client and the servers at these addresses. */
export function simulatedNetwork(
  servers: ReadonlyMap<string, SimulatedServer>,
  surroundings: Surroundings,
): Network {
  const asked: Asked[] = [];
  const counts = new Map<string, number>();
  let open = 0;

  const transport: Transport = {
    async connect({ address }, listener) {
      const server = servers.get(address);
      if (!server) throw new Error(`the simulated world has no server at ${address}`);
      if (server.fault === 'no-route') throw new TransportError('no-route', `no route to ${address}`);
      let closed = false;
      const heard: ChannelListener = {
        arrival: arrival => closed || listener.arrival(arrival),
        error: error => closed || listener.error(error),
      };
      open += 1;
      const channel: Channel = {
        send(bytes) {
          const number = (counts.get(address) ?? 0) + 1;
          counts.set(address, number);
          asked.push({ at: surroundings.schedule.now(), address, bytes });
          carry(bytes, number, server, heard, surroundings);
          return surroundings.read();
        },
        close() {
          if (!closed) open -= 1;
          closed = true;
        },
      };
      return channel;
    },
  };
  return { transport, asked, open: () => open };
}

/** One request on its way to a server, and what comes back. */
function carry(
  bytes: Uint8Array,
  number: number,
  server: SimulatedServer,
  listener: ChannelListener,
  { schedule, trueTime, read, random }: Surroundings,
): void {
  const { delay = 0.01, jitter = 0, share = 0.5, loss = 0, offset = 0, answers = honestly } = server;
  const there = 2 * delay * share;
  const back = 2 * delay - there;
  if (server.fault === 'silent' || random() < loss) return;
  if (server.fault === 'refuses') {
    const error = new TransportError('connection-refused', 'no server listens there');
    schedule.after(2 * delay, () => listener.error(error));
    return;
  }
  schedule.after(there + exponential(jitter, random), () => {
    const request = decodePacket(bytes)!;
    const received = add(trueTime(), offset);
    const reply = (changes?: Partial<Packet>) => replyTo(request, received, server, changes);
    for (const { bytes: answer, after = 0 } of answers({ number, request, bytes, reply })) {
      schedule.after(KEPT + after + back + exponential(jitter, random), () =>
        listener.arrival({ bytes: answer, at: read(), stampedBy: 'kernel' }),
      );
    }
  });
}

function honestly({ reply }: Exchange): readonly Reply[] {
  return [{ bytes: reply() }];
}

/** Waits, or rejects with the signal's reason. */
function lasting(time: Seconds, after: Schedule['after'], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = time === Infinity ? () => {} : after(time, resolve);
    signal.addEventListener('abort', () => {
      cancel();
      reject(signal.reason);
    });
  });
}
