import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeKeRequest,
  exporterContext,
  KeyExchangeRefusal,
  readResponse,
} from '../../../src/ntp/nts/ke-records.ts';
import { END, good, record } from '../../support/ke-response.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const response = (...records: readonly Uint8Array[]): Uint8Array => Buffer.concat(records);

test('the request asks for NTPv4 and AEAD_AES_SIV_CMAC_256, both critical', () => {
  expect(hex(encodeKeRequest())).toBe('8001000200008004' + '0002000f' + '80000000');
});

test('the keys of the two directions have contexts of their own', () => {
  expect(hex(exporterContext('c2s'))).toBe('0000000f00');
  expect(hex(exporterContext('s2c'))).toBe('0000000f01');
});

describe('a response', () => {
  test('gives cookies', () => {
    const cookies = [new Uint8Array(100).fill(1), new Uint8Array(100).fill(2)];
    expect(readResponse(response(...good(cookies)))).toEqual({ cookies });
  });

  test('may name another server and port', () => {
    const named = [record(6, Buffer.from('ntp.example')), record(7, [0x2b, 0x67])];
    const [protocol, aead, ...rest] = good();
    expect(readResponse(response(protocol!, aead!, ...named, ...rest))).toMatchObject({
      host: 'ntp.example',
      port: 11111,
    });
  });

  test('may hold records that are not known, when they are not critical', () => {
    expect(readResponse(response(record(1000, [1, 2, 3], false), ...good()))?.cookies).toHaveLength(1);
  });

  test('is not there before its end is', () => {
    const whole = response(...good());
    for (let length = 0; length < whole.length; length++)
      expect(readResponse(whole.subarray(0, length))).toBeUndefined();
  });

  const [protocol, aead, cookie] = good();
  test.each<[string, readonly Uint8Array[], RegExp]>([
    ['error 0', [record(2, [0, 0]), END], /error 0: unrecognized critical record/],
    ['error 1', [record(2, [0, 1]), END], /error 1: bad request/],
    ['error 2', [record(2, [0, 2]), END], /error 2: internal server error/],
    ['an error that is not known', [record(2, [1, 0]), END], /error 256/],
    ['an error without a number', [record(2, []), END], /error without a code/],
    ['a warning', [record(3, [0, 5]), ...good()], /unknown warning 5/],
    ['an unknown critical record', [record(1000, []), ...good()], /unknown critical record 1000/],
    ['no protocol', [aead!, cookie!, END], /no protocol record/],
    ['an empty protocol', [record(1, []), aead!, cookie!, END], /does not offer NTPv4/],
    ['another protocol', [record(1, [0, 1]), aead!, cookie!, END], /does not offer NTPv4/],
    ['two protocols', [record(1, [0, 0, 0, 1]), aead!, cookie!, END], /malformed protocol record/],
    ['half a protocol', [record(1, [0]), aead!, cookie!, END], /malformed protocol record/],
    ['the protocol twice', [protocol!, protocol!, aead!, cookie!, END], /record 1 twice/],
    ['no AEAD', [protocol!, cookie!, END], /no AEAD record/],
    ['an empty AEAD', [protocol!, record(4, []), cookie!, END], /does not offer AEAD_AES_SIV_CMAC_256/],
    ['another AEAD', [protocol!, record(4, [0, 17]), cookie!, END], /does not offer AEAD/],
    ['no cookie', [protocol!, aead!, END], /no cookie/],
    ['an empty cookie', [protocol!, aead!, record(5, []), END], /cookie of 0 bytes/],
    ['a huge cookie', [protocol!, aead!, record(5, Array(513).fill(1)), END], /cookie of 513 bytes/],
    [
      'an escape sequence as server',
      [record(6, Buffer.from('a\u001b[2J')), ...good()],
      /it sent an invalid server name/,
    ],
    ['an empty server', [record(6, []), ...good()], /it sent an invalid server name/],
    ['port 0', [record(7, [0, 0]), ...good()], /it sent an invalid port/],
    ['a port of three bytes', [record(7, [0, 1, 2]), ...good()], /it sent an invalid port/],
    [
      'more than a client can use',
      Array<Uint8Array>(40).fill(record(1000, new Uint8Array(500), false)),
      /exceeds 16384/,
    ],
    ['something else altogether', [Buffer.from('HTTP/1.1 400 Bad Request\r\n')], /its response is not NTS/],
  ])('with %s is refused by name', (_, records, message) => {
    const read = () => readResponse(response(...records));
    expect(read).toThrow(KeyExchangeRefusal);
    expect(read).toThrow(message);
  });

  test('of any bytes is read or refused', () => {
    const records = fc.tuple(fc.nat(9), fc.uint8Array({ maxLength: 6 }), fc.boolean());
    const likely = fc
      .array(records)
      .map(all => response(...all.map(([type, body, critical]) => record(type, body, critical))));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 500 }), likely), bytes => {
        try {
          readResponse(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(KeyExchangeRefusal);
        }
      }),
    );
  });
});
