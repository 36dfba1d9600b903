import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyFileError, readKeys } from '../../../src/ntp/auth/key-file.ts';

const NTP = `
# ntp.keys
1 M  secret            # MD5, as ntpd calls it
2 SHA1 0123456789abcdef0123456789abcdef01234567
3 AES128CMAC 000102030405060708090a0b0c0d0e0f 192.0.2.1,192.0.2.2
4 SHA exactly-twenty-chars
5 TIGER whatever
`;
const CHRONY = `
! chrony.keys
1 secret
2 SHA256 ASCII:longer than it seems
3 SHA512 HEX:0a0b0C
4 AES128 HEX:000102030405060708090A0B0C0D0E0F
5 AES256 HEX:000102030405060708090A0B0C0D0E0F000102030405060708090A0B0C0D0E0F
6 sha384 #not:a-comment
`;

const read = (text: string, ...wanted: number[]) => [...readKeys(text, 'ntp.keys', new Set(wanted)).values()];
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

describe('the keys are read of', () => {
  test('ntp.keys', () => {
    expect(read(NTP, 1, 2, 3, 4)).toEqual([
      { id: 1, type: 'md5', secret: ascii('secret') },
      { id: 2, type: 'sha1', secret: hex('0123456789abcdef0123456789abcdef01234567') },
      { id: 3, type: 'aes128-cmac', secret: hex('000102030405060708090a0b0c0d0e0f') },
      { id: 4, type: 'sha1', secret: ascii('exactly-twenty-chars') },
    ]);
  });

  test('chrony.keys', () => {
    expect(read(CHRONY, 1, 2, 3, 4, 5)).toEqual([
      { id: 1, type: 'md5', secret: ascii('secret') },
      { id: 2, type: 'sha256', secret: ascii('longer') },
      { id: 3, type: 'sha512', secret: hex('0a0b0c') },
      { id: 4, type: 'aes128-cmac', secret: hex('000102030405060708090a0b0c0d0e0f') },
      { id: 5, type: 'aes256-cmac', secret: hex('000102030405060708090a0b0c0d0e0f'.repeat(2)) },
    ]);
  });

  test('every type, by each of its names', () => {
    const names = 'M MD5 SHA SHA1 SHA256 SHA384 SHA512'.split(' ');
    for (const name of names) expect(read(`9 ${name.toLowerCase()} k`, 9)).toHaveLength(1);
    for (const name of ['AES', 'AES128', 'AES-128', 'AES128CMAC', 'AES-128-CMAC'])
      expect(read(`9 ${name} ${'00'.repeat(16)}`, 9)).toMatchObject([{ type: 'aes128-cmac' }]);
  });

  test('the largest id, in a file with CRLF and without a last line end', () => {
    expect(read('1 a\r\n4294967295 MD5 b', 4294967295)).toMatchObject([{ id: 4294967295 }]);
  });
});

test.each(['0', '00', '4294967296', '99999999999999999999'])(
  'a line of id %s, which nothing can want, is skipped',
  id => {
    expect(read(`${id} secret\n7 MD5 a`, 7)).toMatchObject([{ id: 7 }]);
  },
);

const SECRET = 'vErY-sEcReT';

test.each([
  ['no number', `x MD5 ${SECRET}`, /^ntp\.keys:1: a line must begin with a key number/],
  ['zero', `0 MD5 ${SECRET}`, /^ntp\.keys has no key 7$/],
  ['a number too large', `4294967296 MD5 ${SECRET}`, /^ntp\.keys has no key 7$/],
  ['a type that is not known', `7 TIGER ${SECRET}`, /:1: unknown type of key 7; use MD5/],
  ['a type that only objects have', `7 constructor ${SECRET}`, /unknown type of key 7/],
  ['no key', '\n7', /:2: key 7 has no secret; expected/],
  ['a type and no key', `7 MD5 #${SECRET}`, /:1: key 7 has no secret; expected/],
  ['an odd number of digits', `7 MD5 HEX:${SECRET}abc`, /:1: key 7 must be an even number of hexadecimal/],
  ['nothing after a prefix', '7 MD5 HEX:', /hexadecimal/],
  [
    'long text',
    `7 MD5 ${SECRET}${SECRET}`,
    /key 7 is longer than 20 characters, so it must be .* write ASCII:/,
  ],
  ['a letter that is not ASCII', `7 MD5 ${SECRET}ä`, /printable ASCII/],
  ['a short cipher key', `7 AES128CMAC ${SECRET}`, /key 7 has 11 bytes; a key for aes128-cmac must have 16/],
  ['the same id twice', `7 MD5 ${SECRET}\n7 MD5 x`, /:2: key 7 appears twice in this file/],
  ['an id that is not there', `8 MD5 ${SECRET}`, /^ntp\.keys has no key 7$/],
])('%s is an error that does not show the key', (_, text, message) => {
  const attempt = () => read(text, 7);
  expect(attempt).toThrow(KeyFileError);
  expect(attempt).toThrow(message);
  expect(attempt).not.toThrow(new RegExp(SECRET));
});

test('any text gives keys or the one error', () => {
  const words = fc.constantFrom('7', '0', 'MD5', 'AES128', 'HEX:', 'HEX:00', 'ASCII:', '#', '\n', ' ', 'ä');
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(words).map(parts => parts.join(' ')),
  );
  fc.assert(
    fc.property(text, one => {
      try {
        expect(read(one, 7)).toMatchObject([{ id: 7 }]);
      } catch (error) {
        expect(error).toBeInstanceOf(KeyFileError);
      }
    }),
  );
});
