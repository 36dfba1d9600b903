// The server's side of NTS for NTP (RFC 8915 §5), as far as tests need one: a request and a header → the reply that
// an NTS server sends, honest unless told otherwise.

import { readTail } from '../../src/ntp/extension.ts';
import { COOKIE, field, PLACEHOLDER, seal, UNIQUE_ID } from '../../src/ntp/nts/fields.ts';

/** How a reply differs from an honest one. */
export interface NtsReplyOptions {
  readonly s2c: Uint8Array;
  /** One is sent for each cookie or placeholder of the request, as far as there are any. */
  readonly cookies?: readonly Uint8Array[];
  readonly uniqueId?: Uint8Array;
  /** Puts the unique identifier behind the authenticator, which does not cover it there. */
  readonly idLast?: boolean;
  /** Is encrypted in the place of the cookies. */
  readonly plaintext?: Uint8Array;
  /** Leaves out the authenticator: what a server does that says NTSN. */
  readonly bare?: boolean;
}

/** The fields of this type in a request. */
export function fieldsOf(request: Uint8Array, type: number): readonly Uint8Array[] {
  const tail = readTail(request);
  if (tail.kind !== 'fields') throw new Error(`no fields: ${tail.kind}`);
  return tail.fields.filter(one => one.type === type).map(({ value }) => value);
}

/** The reply with this header. */
export function ntsReply(request: Uint8Array, header: Uint8Array, options: NtsReplyOptions): Uint8Array {
  const uniqueId = options.uniqueId ?? fieldsOf(request, UNIQUE_ID)[0]!;
  const wanted = fieldsOf(request, COOKIE).length + fieldsOf(request, PLACEHOLDER).length;
  const fresh = (options.cookies ?? []).slice(0, wanted).map(cookie => field(COOKIE, cookie));
  const plain = Buffer.concat([header, field(UNIQUE_ID, uniqueId)]);
  if (options.bare) return plain;
  const nonce = new Uint8Array(16).fill(9);
  const plaintext = options.plaintext ?? Buffer.concat(fresh);
  if (!options.idLast) return seal(plain, options.s2c, nonce, plaintext);
  return Buffer.concat([seal(header, options.s2c, nonce, plaintext), field(UNIQUE_ID, uniqueId)]);
}
