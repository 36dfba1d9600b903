// A simulated NTP server as data: how wrong its clock is, what it says of itself, what the path to it is like,
// and, for a hostile one, a script from request to replies.
// Sign: offset positive = its clock is ahead of the true time.

import { encodePacket, MODE_SERVER, type Packet } from '../../../src/ntp/packet.ts';
import {
  add,
  nanoseconds,
  ntpTimestampOf,
  type Seconds,
  toNtpTimestamp,
  type UnixTime,
  unixTimeOf,
} from '../../../src/ntp/time.ts';

/** How long a server keeps a request. */
export const KEPT: Seconds = 20e-6;

export interface SimulatedServer {
  readonly offset?: Seconds;
  /** Each way; 0.01 unless given. */
  readonly delay?: Seconds;
  /** Mean of what queues add to each way, exponentially distributed. */
  readonly jitter?: Seconds;
  /** The share of the round trip that the way there takes: 0.5 is a fair path. */
  readonly share?: number;
  /** The probability that an exchange is lost. */
  readonly loss?: number;
  /** Its clock shows multiples of this. */
  readonly tick?: Seconds;
  /** What its packets say: stratum, leap, refid, rootDelay, rootDispersion, precision. */
  readonly says?: Partial<Packet>;
  /** What comes instead of an answer. */
  readonly fault?: 'no-route' | 'refuses' | 'silent';
  /** What it answers with; the truth, as far as it knows it, unless given. */
  readonly answers?: Script;
}

export type Script = (exchange: Exchange) => readonly Reply[];

/** One request, as it reaches the server. */
export interface Exchange {
  /** 1 for the server's first request. */
  readonly number: number;
  readonly request: Packet;
  /** All of the request, with what follows its header. */
  readonly bytes: Uint8Array;
  /** The server's answer to it, with some fields as one likes. */
  readonly reply: (changes?: Partial<Packet>) => Uint8Array;
}

export interface Reply {
  readonly bytes: Uint8Array;
  /** How much later than usual it leaves. */
  readonly after?: Seconds;
}

/** The reply that this server would give to a request that came in when its clock showed `received`. */
export function replyTo(
  request: Packet,
  received: UnixTime,
  server: SimulatedServer,
  changes: Partial<Packet> = {},
): Uint8Array {
  const shown = (time: UnixTime) =>
    server.tick ? unixTimeOf(time - (time % nanoseconds(server.tick))) : time;
  return encodePacket({
    leap: 0,
    version: request.version,
    mode: MODE_SERVER,
    stratum: 1,
    poll: 6,
    precision: -20,
    rootDelay: 0,
    rootDispersion: 0.0001,
    refid: refid('GPS'),
    reference: toNtpTimestamp(add(received, -16)),
    origin: request.transmit,
    receive: toNtpTimestamp(shown(received)),
    transmit: toNtpTimestamp(shown(add(received, KEPT))),
    ...server.says,
    ...changes,
  });
}

/** Up to four letters as a reference id. */
export function refid(text: string): number {
  return Buffer.from(text.padEnd(4, '\0'), 'latin1').readUInt32BE();
}

/** What makes a reply a kiss-o'-death. */
export function kiss(code: string): Partial<Packet> {
  return { stratum: 0, leap: 3, refid: refid(code) };
}

/** A nonce that no request has. */
export function otherNonce(request: Packet): Partial<Packet> {
  return { origin: ntpTimestampOf(request.transmit ^ 1n) };
}

/** Answers so many requests, then with a kiss. */
export function kissAfter(count: number, code: string): Script {
  return ({ number, reply }) => [{ bytes: number > count ? reply(kiss(code)) : reply() }];
}
