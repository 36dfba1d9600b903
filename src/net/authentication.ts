// The authentication configured for a server → an authenticator for its burst. Loads the cryptography on first use,
// because most runs need none.

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
  /** NTS. `exchange` is this run's key exchange; undefined if cookies of an earlier run were used. */
  | { readonly kind: 'nts'; readonly exchange?: KeyExchange };

export interface Authenticated<A extends Authenticator = Authenticator> {
  readonly authentication: Authentication;
  readonly authenticator: A;
}

/** Authenticates with a symmetric key. Rejects with `RangeError` if `keys` does not contain it. */
export async function authenticateByKey(id: number, keys: Keys | undefined): Promise<Authenticated> {
  const key = keys?.get(id);
  if (!key) throw new RangeError(`a server requires key ${id}, which was not given`);
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
