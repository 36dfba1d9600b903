// What was agreed on with a server → an authenticator for its burst. The cryptography is loaded when a server first
// needs it: most runs do not.

import { createHash } from 'node:crypto';
import type { Authenticator } from '../ntp/auth/authenticator.ts';
import type { Hash, KeyType, SymmetricKey } from '../ntp/auth/key.ts';
import type { NtsAuthenticator } from '../ntp/nts/fields.ts';
import type { KeyExchange, NtsSession } from './nts/session.ts';

/** Symmetric keys by their numbers. */
export type Keys = ReadonlyMap<number, SymmetricKey>;

/** What the packets of one server were authenticated with: a symmetric key (RFC 5905 §7.3) or NTS (RFC 8915). */
export type Authentication =
  | { readonly kind: 'key'; readonly id: number; readonly type: KeyType }
  /** With the exchange of this run; without one, by what an earlier run left. */
  | { readonly kind: 'nts'; readonly exchange?: KeyExchange };

export interface Authenticated<A extends Authenticator = Authenticator> {
  readonly authentication: Authentication;
  readonly authenticator: A;
}

/** Authenticates with a symmetric key. Rejects with `RangeError` if it is not among `keys`. */
export async function authenticateByKey(id: number, keys: Keys | undefined): Promise<Authenticated> {
  const key = keys?.get(id);
  if (!key) throw new RangeError(`a server is to be authenticated with key ${id}, which was not given`);
  const { keyAuthenticator } = await import('../ntp/auth/key.ts');
  return { authentication: { kind: 'key', id, type: key.type }, authenticator: keyAuthenticator(key, hash) };
}

/** Authenticates with NTS. */
export async function authenticateByNts(
  session: NtsSession,
  exchange: KeyExchange | undefined,
  random: (length: number) => Uint8Array,
): Promise<Authenticated<NtsAuthenticator>> {
  const { ntsAuthenticator } = await import('../ntp/nts/fields.ts');
  const authenticator = ntsAuthenticator(session, random);
  return { authentication: { kind: 'nts', ...(exchange && { exchange }) }, authenticator };
}

const hash: Hash = (name, ...parts) => {
  const digest = createHash(name);
  for (const part of parts) digest.update(part);
  return digest.digest();
};
