// A small SNTP server on a loopback address, with an offset, stratum and delay of choice: what `tsntp demo`
// and the tests ask where there is no network. It answers from the clock it is given, and sets nothing.
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
  /** Four bytes; `refidOf` makes them of text. */
  readonly refid?: number;
  /** Added to the round trip, half of it each way. */
  readonly delay?: Seconds;
  /** 127.0.0.1 or ::1 if nothing else is said. */
  readonly address?: string;
}

export interface Responder {
  readonly address: Address;
  close(): Promise<void>;
}

/** Log2 of the precision that it claims: about 1 µs. */
const PRECISION = -20;

/** The refid of up to four ASCII characters, as a stratum 1 server has it. */
export function refidOf(text: string): number {
  return [...text.padEnd(4, '\0')].reduce((id, char) => id * 256 + char.charCodeAt(0), 0);
}

/** Starts to answer on a free port. Rejects when the address cannot be bound. */
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

/** T2 and T3 lie in the middle of the time from arrival to departure: both ways are equally long. */
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
