// Clocks with every fault, each on a loopback address of its own, and the verdict that a check must reach on each.

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { TargetVerdict } from '../../src/fleet/fleet-outcome.ts';
import { decodePacket, encodePacket, type Packet } from '../../src/ntp/packet.ts';
import { add, toNtpTimestamp, unixTimeOf } from '../../src/ntp/time.ts';

/** What a clock does with a request. */
export type Behavior = (request: Packet, send: (reply: Uint8Array) => void) => void;

const now = () => unixTimeOf(BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6)));

function replyTo(request: Packet, offset: number, changes: Partial<Packet> = {}): Uint8Array {
  const time = add(now(), offset);
  return encodePacket({
    leap: 0,
    version: request.version,
    mode: 4,
    stratum: 2,
    poll: 6,
    precision: -20,
    rootDelay: 0.001,
    rootDispersion: 0.001,
    refid: 0x0a_00_00_01,
    reference: toNtpTimestamp(add(time, -5)),
    origin: request.transmit,
    receive: toNtpTimestamp(time),
    transmit: toNtpTimestamp(time),
    ...changes,
  });
}

/** A clock that is off by this, in seconds. */
export const off =
  (offset: number): Behavior =>
  (request, send) =>
    send(replyTo(request, offset));
const says =
  (changes: Partial<Packet>): Behavior =>
  (request, send) =>
    send(replyTo(request, 0, changes));
/** A board without a battery that was switched on a quarter of an hour ago. */
const board = off(900 - Number(now()) / 1e9);
const still = toNtpTimestamp(unixTimeOf(1_700_000_000_000_000_000n));

/** How a clock behaves, and the verdict that it must get. */
export const KINDS: readonly (readonly [TargetVerdict, Behavior | 'closed', number])[] = [
  ['right', off(0), 380],
  ['off', off(12.4), 20],
  ['off', off(-0.5), 10],
  ['zone-off', off(-3600), 30],
  ['era-off', board, 10],
  ['unsynchronized', says({ leap: 3, stratum: 16 }), 10],
  ['frozen', says({ receive: still, transmit: still, reference: still }), 5],
  ['rate-limited', says({ leap: 3, stratum: 0, refid: 0x52_41_54_45 }), 5],
  ['uncertain', (request, send) => void setTimeout(() => send(replyTo(request, 0)), 400), 10],
  ['no-answer', () => {}, 10],
  ['refused', 'closed', 10],
];

/** Binds a socket to an address of its own; returns `host:port`. */
export async function serveAt(address: string, behavior: Behavior | 'closed' = off(0)): Promise<string> {
  const socket: Socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  const { port } = socket.address();
  if (behavior === 'closed') socket.close();
  else {
    onTestFinished(() => void socket.close());
    socket.on('message', (bytes: Uint8Array, from: RemoteInfo) =>
      behavior(decodePacket(bytes)!, reply => socket.send(reply, from.port, from.address)),
    );
  }
  return `${address}:${port}`;
}
