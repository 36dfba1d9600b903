import { aessiv } from '@noble/ciphers/aes.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTail } from '../../../src/ntp/extension.ts';
import {
  AUTHENTICATOR,
  COOKIE,
  COOKIES,
  field,
  isCookie,
  ntsAuthenticator,
  PLACEHOLDER,
  UNIQUE_ID,
} from '../../../src/ntp/nts/fields.ts';
import { encodeRequest, type Packet } from '../../../src/ntp/packet.ts';
import { type Exchange, examine, exchange, NONCE } from '../../support/builders.ts';
import { fieldsOf, type NtsReplyOptions, ntsReply } from '../../support/nts-reply.ts';
import { kiss } from '../../support/world/server.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const C2S = new Uint8Array(32).fill(1);
const S2C = new Uint8Array(32).fill(2);
const HEADER = encodeRequest(4, NONCE);

const cookie = (number: number, length = 100): Uint8Array => new Uint8Array(length).fill(number);
const cookiesFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => cookie(first + i));

/** Random bytes that are no two times the same. */
function counter(): (length: number) => Uint8Array {
  let count = 0;
  return length => new Uint8Array(length).fill(++count);
}

function client(cookies: readonly Uint8Array[] = cookiesFrom(10, COOKIES)) {
  return ntsAuthenticator({ c2s: C2S, s2c: S2C, cookies }, counter());
}

test('AES-SIV as RFC 5297 A.2 has it, the nonce the last of what is authenticated', () => {
  const key = hex('7f7e7d7c 7b7a7978 77767574 73727170 40414243 44454647 48494a4b 4c4d4e4f');
  const ad1 = hex(
    '00112233 44556677 8899aabb ccddeeff deaddada deaddada ffeeddcc bbaa9988 77665544 33221100',
  );
  const ad2 = hex('10203040 50607080 90a0');
  const nonce = hex('09f91102 9d74e35b d84156c5 635688c0');
  const plaintext = hex(
    '74686973 20697320 736f6d65 20706c61 696e7465 78742074 6f20656e 63727970 74207573 696e6720 5349562d 414553',
  );
  expect(aessiv(key, ad1, ad2, nonce).encrypt(plaintext)).toEqual(
    hex(`7bdb6e3b 432667eb 06f4d14b ff2fbd0f cb900f2f ddbe4043 26601965 c889bf17
         dba77ceb 094fa663 b7a3f748 ba8af829 ea64ad54 4a272e9c 485b62a3 fd5c0d`),
  );
});

describe('a request', () => {
  test('has the header, a unique identifier, a cookie and the authenticator over them', () => {
    const { bytes } = client().seal(HEADER)!;
    expect(bytes.subarray(0, 48)).toEqual(HEADER);
    const tail = readTail(bytes);
    if (tail.kind !== 'fields') throw new Error(tail.kind);
    expect(tail.fields.map(({ type }) => type)).toEqual([UNIQUE_ID, COOKIE, AUTHENTICATOR]);
    const [uniqueId, sent, authenticator] = tail.fields;
    expect(uniqueId!.value).toHaveLength(32);
    expect(sent!.value).toEqual(cookie(10));
    const { value, start } = authenticator!;
    expect([...value.subarray(0, 4)]).toEqual([0, 16, 0, 16]);
    const opened = aessiv(C2S, bytes.subarray(0, start), value.subarray(4, 20)).decrypt(value.subarray(20));
    expect(opened).toHaveLength(0);
  });

  test('never has the cookie, the identifier or the nonce of another', () => {
    const nts = client();
    const all = Array.from({ length: COOKIES }, () => nts.seal(HEADER)!.bytes);
    for (const type of [UNIQUE_ID, COOKIE, AUTHENTICATOR]) {
      const values = all.map(bytes => Buffer.from(fieldsOf(bytes, type)[0]!).toString('hex'));
      expect(new Set(values).size).toBe(COOKIES);
    }
  });

  test('has a placeholder, as long as the cookie, for each cookie that is missing', () => {
    const nts = client();
    for (let missing = 0; missing < COOKIES; missing++) {
      const placeholders = fieldsOf(nts.seal(HEADER)!.bytes, PLACEHOLDER);
      expect(placeholders).toEqual(Array(missing).fill(new Uint8Array(100)));
    }
  });

  test('is no longer than any path takes, whatever the cookies are', () => {
    for (const length of [1, 3, 100, 256, 512]) {
      const { bytes } = client([cookie(1, length)]).seal(HEADER)!;
      expect(bytes.length).toBeLessThanOrEqual(1232);
      expect(readTail(bytes).kind).toBe('fields');
    }
  });

  test('there is none without a cookie', () => {
    const nts = client([cookie(1)]);
    nts.seal(HEADER);
    expect(nts.seal(HEADER)).toBeUndefined();
  });
});

test.each([
  [0, false],
  [1, true],
  [512, true],
  [513, false],
])('%i bytes: a cookie? %s', (length, is) => {
  expect(isCookie(new Uint8Array(length))).toBe(is);
});

/** One exchange with a server that answers so. */
function answer(
  nts = client(),
  options: Partial<NtsReplyOptions> = {},
  changes: Partial<Packet> = {},
): Exchange {
  const { bytes, check } = nts.seal(HEADER)!;
  const { request, received, bytes: header } = exchange({}, changes);
  return {
    request: { ...request, check },
    received,
    bytes: ntsReply(bytes, header, { s2c: S2C, ...options }),
  };
}

describe('a reply', () => {
  test('that is authentic is a sample, and fills the store again', () => {
    const nts = client();
    for (let i = 0; i < 3; i++) nts.seal(HEADER);
    expect(nts.cookies()).toHaveLength(5);
    const fresh = cookiesFrom(100, 20);
    expect(examine(answer(nts, { cookies: fresh }))).toMatchObject({ kind: 'sample' });
    expect(nts.cookies()).toEqual([...cookiesFrom(14, 4), ...fresh.slice(0, 4)]);
  });

  test('that comes twice brings its cookies once', () => {
    const nts = client([cookie(1)]);
    const one = answer(nts, { cookies: [cookie(2)] });
    examine(one);
    examine(one);
    expect(nts.cookies()).toEqual([cookie(2)]);
  });

  test('brings no cookie that is too long', () => {
    const nts = client([cookie(1)]);
    expect(examine(answer(nts, { cookies: [cookie(2, 516)] }))).toMatchObject({ kind: 'sample' });
    expect(nts.cookies()).toEqual([]);
  });

  test('brings no cookie whose field claims more bytes than were encrypted', () => {
    const cut = field(COOKIE, cookie(2));
    new DataView(cut.buffer).setUint16(2, cut.length + 4);
    const nts = client([cookie(1)]);
    expect(examine(answer(nts, { plaintext: cut }))).toMatchObject({ kind: 'sample' });
    expect(nts.cookies()).toEqual([]);
  });

  test.each<[string, Partial<NtsReplyOptions>, Partial<Packet>, string]>([
    ['of another key', { s2c: C2S }, {}, 'false-nts'],
    ['to another request', { uniqueId: new Uint8Array(32) }, {}, 'wrong-unique-id'],
    ['with half of its identifier', { uniqueId: new Uint8Array(16).fill(1) }, {}, 'wrong-unique-id'],
    ['with its identifier where it is not authenticated', { idLast: true }, {}, 'false-nts'],
    ['without an authenticator', { bare: true }, {}, 'absent-nts'],
    ['with an unauthenticated kiss', { bare: true }, kiss('DENY'), 'absent-nts'],
    ['with NTSN', { bare: true }, kiss('NTSN'), 'nts-nak'],
    ['with NTSN for another', { bare: true, uniqueId: new Uint8Array(32) }, kiss('NTSN'), 'wrong-unique-id'],
    ['with a kiss of another key', { s2c: C2S }, kiss('RATE'), 'false-nts'],
    ['with an authentic kiss', {}, kiss('RATE'), 'kiss'],
  ])('%s is rejected by name', (_, options, changes, kind) => {
    expect(examine(answer(client(), options, changes))).toMatchObject({ kind });
  });

  test('that is plain NTP is rejected', () => {
    const { request, received } = answer();
    const { bytes } = exchange();
    expect(examine({ request, received, bytes })).toMatchObject({ kind: 'absent-nts', test: '5' });
    const nak = Buffer.concat([bytes, Buffer.alloc(4)]);
    expect(examine({ request, received, bytes: nak })).toMatchObject({ kind: 'crypto-nak', test: '5' });
  });

  test('has no bit that could be another', () => {
    const { request, received, bytes } = answer(client(), { cookies: [cookie(2)] });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length * 8 - 1 }), bit => {
        const changed = Uint8Array.from(bytes);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(examine({ request, received, bytes: changed }).kind).not.toBe('sample');
      }),
      { numRuns: 200 },
    );
  });

  test('of any other authenticator is rejected, and nothing is thrown', () => {
    const { request, received, bytes } = answer();
    const start = bytes.length - 40;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 24, maxLength: 60 }), noise => {
        const body = noise.subarray(0, noise.length & ~3);
        const header = Uint8Array.of(4, 4, 0, body.length + 4);
        const forged = Buffer.concat([bytes.subarray(0, start), header, body]);
        expect(examine({ request, received, bytes: forged }).kind).toBe('false-nts');
      }),
    );
  });
});
