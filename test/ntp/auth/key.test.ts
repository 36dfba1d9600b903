import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AuthenticationFailure } from '../../../src/ntp/auth/authenticator.ts';
import {
  digestOf,
  type Hash,
  type KeyType,
  keyAuthenticator,
  type SymmetricKey,
} from '../../../src/ntp/auth/key.ts';
import { encodeRequest, HEADER_LENGTH } from '../../../src/ntp/packet.ts';
import { type Exchange, examine, exchange, NONCE } from '../../support/builders.ts';
import { kiss } from '../../support/world/server.ts';

const hash: Hash = (name, ...parts) => {
  const digest = createHash(name);
  for (const part of parts) digest.update(part);
  return digest.digest();
};
const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const key = (type: KeyType, secret: Uint8Array = Buffer.from('opensesame'), id = 7): SymmetricKey => ({
  id,
  type,
  secret,
});
const AES128 = hex('2b7e1516 28aed2a6 abf71588 09cf4f3c');
const AES256 = hex('603deb10 15ca71be 2b73aef0 857d7781 1f352c07 3b6108d7 2d9810a3 0914dff4');
const keys: readonly SymmetricKey[] = [
  ...(['md5', 'sha1', 'sha256', 'sha384', 'sha512'] as const).map(type => key(type)),
  key('aes128-cmac', AES128),
  key('aes256-cmac', AES256),
];

describe('digests', () => {
  const message = hex(
    '6bc1bee2 2e409f96 e93d7e11 7393172a ae2d8a57 1e03ac9c 9eb76fac 45af8e51 30c81c46 a35ce411',
  );

  test.each([
    [0, 'bb1d6929 e9593728 7fa37d12 9b756746'],
    [16, '070a16b4 6b4d4144 f79bdd9d d04a287c'],
    [40, 'dfa66747 de9ae630 30ca3261 1497c827'],
  ])('AES-128-CMAC of the first %i bytes, as RFC 4493 §4 has it', (length, expected) => {
    expect(digestOf(message.subarray(0, length), 4, key('aes128-cmac', AES128), hash)).toEqual(
      new Uint8Array(hex(expected)),
    );
  });

  test.each([
    [0, '028962f6 1b7bf89e fc6b551f 4667d983'],
    [16, '28a7023f 452e8f82 bd4bf28d 8c37c35c'],
    [40, 'aaf3d8f1 de5640c2 32f5b169 b9c911e6'],
  ])('AES-256-CMAC of the first %i bytes, as NIST SP 800-38B D.3 has it', (length, expected) => {
    expect(digestOf(message.subarray(0, length), 4, key('aes256-cmac', AES256), hash)).toEqual(
      new Uint8Array(hex(expected)),
    );
  });

  test('a hash is of the key, then the message', () => {
    const expected = createHash('md5').update('opensesame').update(message).digest();
    expect(Buffer.from(digestOf(message, 4, key('md5'), hash))).toEqual(expected);
  });

  test.each([
    ['md5', 16, 16],
    ['sha1', 20, 20],
    ['sha256', 20, 32],
    ['sha384', 20, 48],
    ['sha512', 20, 64],
  ] as const)('%s: %i bytes in NTPv4, %i before', (type, v4, v3) => {
    expect(digestOf(message, 4, key(type), hash)).toHaveLength(v4);
    expect(digestOf(message, 3, key(type), hash)).toHaveLength(v3);
  });
});

/** A reply of a server that has `key`, to a request that was sealed with `ours`. */
function answer(ours: SymmetricKey, theirs: SymmetricKey | undefined, version = 4): Exchange {
  const sealed = keyAuthenticator(ours, hash).seal(encodeRequest(version, NONCE))!;
  const { request, bytes, received } = exchange({ version });
  const reply = theirs ? keyAuthenticator(theirs, hash).seal(bytes)!.bytes : bytes;
  return { request: { ...request, check: sealed.check }, bytes: reply, received };
}

const kindOf = (one: Exchange): string => examine(one).kind;
const failure = (kind: AuthenticationFailure['kind']) => ({ kind, test: '5' });

describe.each(keys)('a key of type $type', ours => {
  test.each([4, 3])('makes the request of version %i carry its id and a digest', version => {
    const { bytes } = keyAuthenticator(ours, hash).seal(encodeRequest(version, NONCE))!;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect(view.getUint32(HEADER_LENGTH)).toBe(7);
    expect(bytes.subarray(HEADER_LENGTH + 4)).toEqual(
      new Uint8Array(digestOf(encodeRequest(version, NONCE), version, ours, hash)),
    );
  });

  test.each([4, 3])('takes the true reply of version %i', version => {
    expect(kindOf(answer(ours, ours, version))).toBe('sample');
  });

  test('takes no reply of which a bit is another', () => {
    const { request, bytes, received } = answer(ours, ours);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length * 8 - 1 }), bit => {
        const changed = Uint8Array.from(bytes);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(kindOf({ request, bytes: changed, received })).not.toBe('sample');
      }),
      { numRuns: 60 },
    );
  });
});

describe('a reply is rejected by name', () => {
  const ours = key('sha256');
  const other = key('sha256', Buffer.from('opensesamE'));

  test('without a MAC', () => {
    expect(examine(answer(ours, undefined))).toMatchObject(failure('absent-mac'));
  });

  test('with a crypto-NAK', () => {
    const { request, bytes, received } = answer(ours, undefined);
    const nak = Buffer.concat([bytes, Buffer.alloc(4)]);
    expect(examine({ request, bytes: nak, received })).toMatchObject(failure('crypto-nak'));
  });

  test('with another id', () => {
    expect(examine(answer(ours, { ...ours, id: 8 }))).toMatchObject(failure('wrong-key-id'));
  });

  test('with another key', () => {
    expect(examine(answer(ours, other))).toMatchObject(failure('wrong-digest'));
  });

  test('with a digest of another length, though it begins like ours', () => {
    const { request, bytes, received } = answer(key('sha1'), key('sha1'));
    const short = bytes.subarray(0, bytes.length - 4);
    expect(examine({ request, bytes: short, received })).toMatchObject(failure('wrong-digest'));
  });

  test('before its kiss code is believed', () => {
    const { request, received } = answer(ours, other);
    const { bytes } = exchange({}, kiss('DENY'));
    const forged = keyAuthenticator(other, hash).seal(bytes)!.bytes;
    const genuine = keyAuthenticator(ours, hash).seal(bytes)!.bytes;
    expect(examine({ request, bytes: forged, received })).toMatchObject(failure('wrong-digest'));
    expect(examine({ request, bytes: genuine, received })).toMatchObject({ kind: 'kiss' });
  });

  test('with a MAC, where no key was agreed on', () => {
    const { request, bytes, received } = answer(ours, ours);
    const { check: _, ...plain } = request;
    expect(examine({ request: plain, bytes, received })).toMatchObject(failure('unasked-mac'));
  });
});
