// Decodes and encodes the NTP header (RFC 5905 §7.3, figure 8): 48 bytes, big-endian. extension.ts handles what
// follows: extension fields and a MAC.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +---+-----+-----+---------------+---------------+---------------+
//  0|LI | VN  |Mode |    stratum    |     poll      |   precision   |
//   +---+-----+-----+---------------+---------------+---------------+
//  4|                 root delay         (16.16 seconds)            |
//   +---------------------------------------------------------------+
//  8|                 root dispersion    (16.16 seconds)            |
//   +---------------------------------------------------------------+
// 12|                 reference id                                  |
//   +---------------------------------------------------------------+
// 16|                 reference timestamp  (32.32, when last set)   |
// 24|                 origin timestamp     (the request's transmit) |
// 32|                 receive timestamp    (T2)                     |
// 40|                 transmit timestamp   (T3)                     |
//   +---------------------------------------------------------------+

import { type NtpTimestamp, ntpTimestampOf, type Seconds } from './time.ts';

export const HEADER_LENGTH = 48;

/** Association modes that a client uses (RFC 5905 §7.3, figure 10). */
export const MODE_CLIENT = 3;
export const MODE_SERVER = 4;

/** Leap indicator: 0 none, 1 the last minute of the day has 61 s, 2 it has 59 s, 3 not synchronized. */
export type Leap = 0 | 1 | 2 | 3;
export const LEAP_NOT_SYNCHRONIZED = 3;

export interface Packet {
  readonly leap: Leap;
  readonly version: number;
  readonly mode: number;
  /** As sent: 0 is a kiss or "unspecified"; 16 and above is not synchronized. */
  readonly stratum: number;
  /** Log2 of seconds, signed. */
  readonly poll: number;
  /** Log2 of seconds, signed. */
  readonly precision: number;
  readonly rootDelay: Seconds;
  readonly rootDispersion: Seconds;
  /** Four bytes as one unsigned number; `formatRefid` turns it into text. */
  readonly refid: number;
  readonly reference: NtpTimestamp;
  readonly origin: NtpTimestamp;
  readonly receive: NtpTimestamp;
  readonly transmit: NtpTimestamp;
}

/** The finest precision a server may claim, log2 of seconds: one unit of a timestamp. Some firmware sends −128. */
const FINEST_PRECISION = -32;

/** ρ of the server: the claimed resolution of its timestamps, in seconds. */
export function resolutionOf({ precision }: Packet): Seconds {
  return 2 ** Math.max(precision, FINEST_PRECISION);
}

/** Decodes a header; returns undefined if there are fewer than 48 bytes. Any 48 bytes decode to some packet. */
export function decodePacket(bytes: Uint8Array): Packet | undefined {
  if (bytes.length < HEADER_LENGTH) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_LENGTH);
  const first = view.getUint8(0);
  const timestamp = (at: number) => ntpTimestampOf(view.getBigUint64(at));
  return {
    leap: (first >> 6) as Leap,
    version: (first >> 3) & 7,
    mode: first & 7,
    stratum: view.getUint8(1),
    poll: view.getInt8(2),
    precision: view.getInt8(3),
    rootDelay: view.getUint32(4) / 0x1_0000,
    rootDispersion: view.getUint32(8) / 0x1_0000,
    refid: view.getUint32(12),
    reference: timestamp(16),
    origin: timestamp(24),
    receive: timestamp(32),
    transmit: timestamp(40),
  };
}

/** Encodes a header; short-format fields are rounded to 2^-16 s. */
export function encodePacket(packet: Packet): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, (packet.leap << 6) | (packet.version << 3) | packet.mode);
  view.setUint8(1, packet.stratum);
  view.setInt8(2, packet.poll);
  view.setInt8(3, packet.precision);
  view.setUint32(4, Math.round(packet.rootDelay * 0x1_0000));
  view.setUint32(8, Math.round(packet.rootDispersion * 0x1_0000));
  view.setUint32(12, packet.refid);
  view.setBigUint64(16, packet.reference);
  view.setBigUint64(24, packet.origin);
  view.setBigUint64(32, packet.receive);
  view.setBigUint64(40, packet.transmit);
  return bytes;
}

/**
 * Encodes a client request: version, mode, and a nonce in place of the transmit timestamp, so that the request does not
 * reveal our clock (draft-ietf-ntp-data-minimization §3). The caller keeps T1.
 */
export function encodeRequest(version: number, nonce: NtpTimestamp): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, (version << 3) | MODE_CLIENT);
  view.setBigUint64(40, nonce);
  return bytes;
}
