// The bytes after the header → extension fields and a MAC (RFC 5905 §7.5, RFC 7822), or, before NTPv4, only a MAC.
// Every length comes from the network and is checked before use.

import { HEADER_LENGTH } from './packet.ts';

export interface ExtensionField {
  readonly type: number;
  /** The value, including its padding. */
  readonly value: Uint8Array;
  /** The field's position in the packet; an authenticator covers the bytes before it. */
  readonly start: number;
}

export interface Mac {
  readonly keyId: number;
  readonly digest: Uint8Array;
  /** The MAC's position in the packet; the digest covers the bytes before it. */
  readonly start: number;
}

export type Tail =
  | { readonly kind: 'fields'; readonly fields: readonly ExtensionField[]; readonly mac?: Mac }
  /** A key id of zero and nothing else: the server could not authenticate the request (RFC 5905 §7.3). */
  | { readonly kind: 'crypto-nak' }
  | { readonly kind: 'malformed' };

const FIELD_HEADER = 4;
/** RFC 7822 §3: the minimum length of a field. */
const MIN_FIELD = 16;
export const KEY_ID = 4;
/** RFC 7822 §3: a remainder of a key id and at most this many bytes is a MAC, never a field. */
export const MAX_DIGEST = 20;
const DIGEST_LENGTHS: readonly number[] = [16, MAX_DIGEST];
/** Digest lengths before NTPv4, which has no extension fields and does not truncate: MD5 or AES-CMAC up to SHA-512. */
const DIGEST_LENGTHS_V3: readonly number[] = [16, 20, 32, 48, 64];

/** Parses the bytes after the 48-byte header. */
export function readTail(packet: Uint8Array): Tail {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const v4 = ((packet[0]! >> 3) & 7) >= 4;
  const read = v4 ? readFields(packet, HEADER_LENGTH, KEY_ID + MAX_DIGEST) : NO_FIELDS;
  if (!read) return { kind: 'malformed' };
  const { fields, end } = read;
  const rest = packet.length - end;
  if (rest === 0) return { kind: 'fields', fields };
  if (rest === KEY_ID) return view.getUint32(end) === 0 ? { kind: 'crypto-nak' } : { kind: 'malformed' };
  const digests = v4 ? DIGEST_LENGTHS : DIGEST_LENGTHS_V3;
  if (!digests.includes(rest - KEY_ID)) return { kind: 'malformed' };
  return {
    kind: 'fields',
    fields,
    mac: { keyId: view.getUint32(end), digest: packet.subarray(end + KEY_ID), start: end },
  };
}

const NO_FIELDS = { fields: [], end: HEADER_LENGTH };

/** Parses fields from `start` until at most `spare` bytes are left; returns undefined if a field is malformed. */
export function readFields(
  bytes: Uint8Array,
  start: number,
  spare: number,
): { readonly fields: readonly ExtensionField[]; readonly end: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields: ExtensionField[] = [];
  let at = start;
  while (bytes.length - at > spare) {
    const left = bytes.length - at;
    const length = left < MIN_FIELD ? 0 : view.getUint16(at + 2);
    if (length < MIN_FIELD || length % 4 !== 0 || length > left) return undefined;
    fields.push({
      type: view.getUint16(at),
      value: bytes.subarray(at + FIELD_HEADER, at + length),
      start: at,
    });
    at += length;
  }
  return { fields, end: at };
}
