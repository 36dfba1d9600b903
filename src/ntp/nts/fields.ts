// NTS for NTP (RFC 8915 §5): keys and cookies from a key exchange → authenticated requests, checks of their replies,
// and the new cookies in those replies. After its header, a request contains:
//
//   0104 unique identifier · 0204 cookie · 0304 placeholders, each as long as the cookie · 0404 authenticator
//
// The authenticator is AES-SIV-CMAC-256 (RFC 5297) over everything before it: nonce length, ciphertext length, nonce,
// ciphertext. Each cookie is used only once, so that it cannot link two requests.

import { aessiv } from '@noble/ciphers/aes.js';
import { concatBytes, equalBytes } from '@noble/ciphers/utils.js';
import type { AuthenticationFailure, Authenticator, Reply } from '../auth/authenticator.ts';
import { type ExtensionField, readFields } from '../extension.ts';
import type { Packet } from '../packet.ts';

export const UNIQUE_ID = 0x0104;
export const COOKIE = 0x0204;
export const PLACEHOLDER = 0x0304;
export const AUTHENTICATOR = 0x0404;

/** The number of cookies to keep in stock (RFC 8915 §5.7). */
export const COOKIES = 8;
/** The maximum length of a cookie in bytes; an empty or longer cookie is refused (CVE-2023-33192). */
export const MAX_COOKIE = 512;

const UNIQUE_ID_LENGTH = 32;
const NONCE_LENGTH = 16;
const FIELD_HEADER = 4;
/** RFC 7822 §3: the minimum length of a field. */
const MIN_FIELD = 16;
/** Keeps a request with placeholders below the minimum MTU of IPv6 (RFC 8915 §5.7 warns of fragmentation). */
const MAX_REQUEST = 1200;
const NTSN = 0x4e54534e;

/** The result of a key exchange, or what a burst left of it. */
export interface NtsCredentials {
  /** The key from client to server. */
  readonly c2s: Uint8Array;
  readonly s2c: Uint8Array;
  readonly cookies: readonly Uint8Array[];
}

export interface NtsAuthenticator extends Authenticator {
  /** The unused cookies. */
  cookies(): readonly Uint8Array[];
}

/** Whether bytes from the network can be a cookie. */
export function isCookie(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.length <= MAX_COOKIE;
}

/** Authenticates by NTS. `seal` returns undefined once all cookies are used and no reply brought new ones. */
export function ntsAuthenticator(
  { c2s, s2c, cookies }: NtsCredentials,
  random: (length: number) => Uint8Array,
): NtsAuthenticator {
  const store = cookies.slice(0, COOKIES);
  return {
    cookies: () => store,
    seal(header) {
      const cookie = store.shift();
      if (!cookie) return undefined;
      const uniqueId = random(UNIQUE_ID_LENGTH);
      const fields = [
        field(UNIQUE_ID, uniqueId),
        field(COOKIE, cookie),
        ...placeholders(cookie, store.length),
      ];
      let opened = false;
      return {
        bytes: seal(concatBytes(header, ...fields), c2s, random(NONCE_LENGTH)),
        check(reply) {
          const checked = open(reply, uniqueId, s2c);
          if ('kind' in checked) return checked;
          // A duplicate reply adds its cookies only once.
          if (!opened) store.push(...cookiesIn(checked).slice(0, COOKIES - store.length));
          opened = true;
          return undefined;
        },
      };
    },
  };
}

/** Appends the authenticator: encrypts `plaintext` and authenticates everything before it. */
export function seal(
  packet: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array = new Uint8Array(),
): Uint8Array {
  const ciphertext = aessiv(key, packet, nonce).encrypt(plaintext);
  const lengths = new Uint8Array(4);
  const view = new DataView(lengths.buffer);
  view.setUint16(0, nonce.length);
  view.setUint16(2, ciphertext.length);
  return concatBytes(packet, field(AUTHENTICATOR, concatBytes(lengths, padded(nonce), padded(ciphertext))));
}

/** Encodes one extension field, zero-padding its value. */
export function field(type: number, value: Uint8Array): Uint8Array {
  const length = Math.max(MIN_FIELD, FIELD_HEADER + padded(value).length);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, type);
  view.setUint16(2, length);
  bytes.set(value, FIELD_HEADER);
  return bytes;
}

/** Requests as many cookies as are missing, not counting the one in every reply. */
function placeholders(cookie: Uint8Array, left: number): readonly Uint8Array[] {
  const one = field(PLACEHOLDER, new Uint8Array(cookie.length));
  const room = Math.floor((MAX_REQUEST - UNIQUE_ID_LENGTH) / one.length) - 2;
  return Array<Uint8Array>(Math.max(0, Math.min(COOKIES - 1 - left, room))).fill(one);
}

/** Returns the plaintext of a reply that is authentic and answers the request with `uniqueId`. */
function open(
  { bytes, packet, tail }: Reply,
  uniqueId: Uint8Array,
  key: Uint8Array,
): Uint8Array | AuthenticationFailure {
  if (tail.kind === 'crypto-nak') return { kind: 'crypto-nak', message: 'crypto-NAK, but NTS is required' };
  const ids = tail.fields.filter(({ type }) => type === UNIQUE_ID);
  if (ids.length === 0) return { kind: 'absent-nts', message: 'no NTS fields, but NTS is required' };
  if (ids.length > 1 || !equalBytes(ids[0]!.value, uniqueId)) {
    return { kind: 'wrong-unique-id', message: 'the unique identifier does not match the request' };
  }
  if (tail.mac) return { kind: 'unasked-mac', message: 'a MAC, but NTS is required' };
  const authenticator = tail.fields.find(({ type }) => type === AUTHENTICATOR);
  if (!authenticator) return withoutAuthenticator(packet);
  const plaintext = decrypt(bytes, authenticator, key);
  if (plaintext && ids[0]!.start < authenticator.start) return plaintext;
  return { kind: 'false-nts', message: 'the NTS authenticator does not match the agreed key' };
}

function withoutAuthenticator({ stratum, refid }: Packet): AuthenticationFailure {
  return stratum === 0 && refid === NTSN
    ? { kind: 'nts-nak', message: 'kiss code NTSN: the server does not recognize our cookie' }
    : { kind: 'absent-nts', message: 'no NTS authenticator, but NTS is required' };
}

function decrypt(
  packet: Uint8Array,
  { value, start }: ExtensionField,
  key: Uint8Array,
): Uint8Array | undefined {
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const nonceLength = view.getUint16(0);
  const ciphertextLength = view.getUint16(2);
  const ciphertextStart = 4 + roundedUp(nonceLength);
  if (nonceLength === 0 || ciphertextLength < 16 || ciphertextStart + ciphertextLength > value.length)
    return undefined;
  const nonce = value.subarray(4, 4 + nonceLength);
  const ciphertext = value.subarray(ciphertextStart, ciphertextStart + ciphertextLength);
  try {
    return aessiv(key, packet.subarray(0, start), nonce).decrypt(ciphertext);
  } catch {
    return undefined;
  }
}

/** The valid cookies among the decrypted fields. */
function cookiesIn(plaintext: Uint8Array): readonly Uint8Array[] {
  const { fields } = readFields(plaintext, 0, 0) ?? { fields: [] };
  return fields
    .filter(({ type, value }) => type === COOKIE && isCookie(value))
    .map(({ value }) => Uint8Array.from(value));
}

function padded(bytes: Uint8Array): Uint8Array {
  return concatBytes(bytes, new Uint8Array(roundedUp(bytes.length) - bytes.length));
}

function roundedUp(length: number): number {
  return Math.ceil(length / 4) * 4;
}
