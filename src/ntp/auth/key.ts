// A symmetric key → authenticated requests and the check of their replies: digest(key ‖ message) with a hash (RFC 5905
// §7.3), or AES-CMAC (RFC 8573). Hash functions are passed in, so this module stays pure.

import { cmac } from '@noble/ciphers/aes.js';
import { concatBytes, equalBytes } from '@noble/ciphers/utils.js';
import { KEY_ID, MAX_DIGEST } from '../extension.ts';
import type { AuthenticationFailure, Authenticator, Reply } from './authenticator.ts';

export type HashName = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';
/** The algorithm of a symmetric key: a hash (RFC 5905 §7.3) or AES-CMAC (RFC 8573). */
export type KeyType = HashName | 'aes128-cmac' | 'aes256-cmac';

/** A secret that client and server share, known to both by its number. */
export interface SymmetricKey {
  readonly id: number;
  readonly type: KeyType;
  readonly secret: Uint8Array;
}

export type Hash = (name: HashName, ...parts: readonly Uint8Array[]) => Uint8Array;

/** Authenticates with `key`. Every reply must carry the key's id and a valid digest. */
export function keyAuthenticator(key: SymmetricKey, hash: Hash): Authenticator {
  const check = (reply: Reply) => checkMac(reply, key, hash);
  return {
    seal(header) {
      const version = (header[0]! >> 3) & 7;
      const keyId = new Uint8Array(KEY_ID);
      new DataView(keyId.buffer).setUint32(0, key.id);
      return { bytes: concatBytes(header, keyId, digestOf(header, version, key, hash)), check };
    },
  };
}

/**
 * Computes the MAC digest of a message. NTPv4 truncates digests to 20 bytes (RFC 7822 §3: a longer tail is an extension
 * field); earlier versions send them whole.
 */
export function digestOf(
  message: Uint8Array,
  version: number,
  { type, secret }: SymmetricKey,
  hash: Hash,
): Uint8Array {
  const whole =
    type === 'aes128-cmac' || type === 'aes256-cmac' ? cmac(message, secret) : hash(type, secret, message);
  return version < 4 ? whole : whole.subarray(0, MAX_DIGEST);
}

/** Test 5 for a server that shares a symmetric key with us. */
function checkMac(
  { bytes, packet, tail }: Reply,
  key: SymmetricKey,
  hash: Hash,
): AuthenticationFailure | undefined {
  if (tail.kind === 'crypto-nak') {
    const message = `crypto-NAK: the server does not accept key ${key.id}: check that both sides have the same key`;
    return { kind: 'crypto-nak', message };
  }
  const { mac } = tail;
  if (!mac) return { kind: 'absent-mac', message: `no MAC, but key ${key.id} is required` };
  if (mac.keyId !== key.id) {
    return { kind: 'wrong-key-id', message: `a MAC of key ${mac.keyId}, but key ${key.id} is required` };
  }
  const expected = digestOf(bytes.subarray(0, mac.start), packet.version, key, hash);
  if (equalBytes(mac.digest, expected)) return undefined;
  return {
    kind: 'wrong-digest',
    message: `the digest does not match key ${key.id}: check that both sides have the same key`,
  };
}
