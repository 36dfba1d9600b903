// A small SNTP server on a loopback address with a configurable offset, stratum, and delay, for `tsntp demo` and for
// tests without a network. It answers from the given clock and sets nothing.
// Sign: a positive offset = this server is ahead of that clock.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { decodePacket, encodePacket, type Leap, MODE_CLIENT, MODE_SERVER } from '../ntp/packet.ts';
import { add, difference, type Seconds, toNtpTimestamp, type UnixTime } from '../ntp/time.ts';
import type { Address } from './transport.ts';

export interface ResponderOptions {
  readonly offset?: Seconds;
  readonly stratum?: number;
  readonly leap?: Leap;
  /** Four bytes; `refidOf` encodes text. */
  readonly refid?: number;
  /** Added to the round trip, half of it in each direction, in seconds. */
  readonly delay?: Seconds;
  /** 127.0.0.1 or ::1; the default is 127.0.0.1. */
  readonly address?: string;
}

export interface Responder {
  readonly address: Address;
  close(): Promise<void>;
}

/** Log2 of the claimed precision in seconds: about 1 µs. */
const PRECISION = -20;

/** The reference id for up to four ASCII characters, as on a stratum 1 server. */
export function refidOf(text: string): number {
  return [...text.padEnd(4, '\0')].reduce((id, char) => id * 256 + char.charCodeAt(0), 0);
}

/** Starts answering on a free port. Rejects if the address cannot be bound. */
export async function startResponder(
  now: () => UnixTime,
  options: ResponderOptions = {},
): Promise<Responder> {
  const { address = '127.0.0.1', delay = 0 } = options;
  const family = address.includes(':') ? 6 : 4;
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  const stopping = new AbortController();
  socket.on('message', async (request, from) => {
    const arrived = now();
    if (delay > 0) await wait(delay * 1000, undefined, { signal: stopping.signal }).catch(() => {});
    if (stopping.signal.aborted) return;
    const reply = replyTo(request, arrived, now(), options);
    if (reply) socket.send(reply, from.port, from.address);
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  return {
    address: { family, address, port: socket.address().port },
    async close() {
      stopping.abort();
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** T2 and T3 lie in the middle between arrival and departure, so that both directions take equally long. */
function replyTo(
  bytes: Uint8Array,
  arrived: UnixTime,
  departs: UnixTime,
  { offset = 0, stratum = 1, leap = 0, refid = refidOf('LOCL') }: ResponderOptions,
): Uint8Array | undefined {
  const request = decodePacket(bytes);
  if (request?.mode !== MODE_CLIENT) return undefined;
  const middle = toNtpTimestamp(add(add(arrived, difference(departs, arrived) / 2), offset));
  return encodePacket({
    leap,
    version: request.version,
    mode: MODE_SERVER,
    stratum,
    poll: request.poll,
    precision: PRECISION,
    rootDelay: 0,
    rootDispersion: 0.001,
    refid,
    reference: toNtpTimestamp(add(arrived, offset - 1)),
    origin: request.transmit,
    receive: middle,
    transmit: middle,
  });
}
