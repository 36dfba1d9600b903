// What may follow the header: extension fields and a MAC (RFC 5905 §7.5, RFC 7822). Every length comes
// from the wire and is checked before it is used.

import { HEADER_LENGTH } from './packet.ts';

export interface ExtensionField {
  readonly type: number;
  /** The value with its padding. */
  readonly value: Uint8Array;
  /** Where the field starts in the packet: what an authenticator signs ends here. */
  readonly start: number;
}

export interface Mac {
  readonly keyId: number;
  readonly digest: Uint8Array;
  /** Where the MAC starts in the packet: the digest is over all before it. */
  readonly start: number;
}

export type Tail =
  | { readonly kind: 'fields'; readonly fields: readonly ExtensionField[]; readonly mac?: Mac }
  /** A key id of zero and nothing else: the server could not authenticate the request (RFC 5905 §7.3). */
  | { readonly kind: 'crypto-nak' }
  | { readonly kind: 'malformed' };

const FIELD_HEADER = 4;
/** RFC 7822 §3: no field is shorter. */
const MIN_FIELD = 16;
const KEY_ID = 4;
/** RFC 7822 §3: a rest of at most a key id and 20 bytes of digest is a MAC, never a field. */
const MAX_MAC = 24;
const MAC_LENGTHS: readonly number[] = [KEY_ID + 16, KEY_ID + 20];

/** Takes apart what follows the 48 bytes of the header. */
export function readTail(packet: Uint8Array): Tail {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const fields: ExtensionField[] = [];
  let at = HEADER_LENGTH;
  while (packet.length - at > MAX_MAC) {
    const length = view.getUint16(at + 2);
    if (length < MIN_FIELD || length % 4 !== 0 || length > packet.length - at) return { kind: 'malformed' };
    fields.push({
      type: view.getUint16(at),
      value: packet.subarray(at + FIELD_HEADER, at + length),
      start: at,
    });
    at += length;
  }
  const rest = packet.length - at;
  if (rest === 0) return { kind: 'fields', fields };
  if (rest === KEY_ID) return view.getUint32(at) === 0 ? { kind: 'crypto-nak' } : { kind: 'malformed' };
  if (!MAC_LENGTHS.includes(rest)) return { kind: 'malformed' };
  return {
    kind: 'fields',
    fields,
    mac: { keyId: view.getUint32(at), digest: packet.subarray(at + KEY_ID), start: at },
  };
}
