import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodePacket,
  encodePacket,
  encodeRequest,
  HEADER_LENGTH,
  type Packet,
} from '../../src/ntp/packet.ts';
import { ntpTimestampOf } from '../../src/ntp/time.ts';
import { captured, NONCE, packetWith } from '../support/builders.ts';

/** Where each field is, from the diagram of RFC 5905, figure 8. */
const OWNERS: readonly [field: keyof Packet, from: number, length: number][] = [
  ['stratum', 1, 1],
  ['poll', 2, 1],
  ['precision', 3, 1],
  ['rootDelay', 4, 4],
  ['rootDispersion', 8, 4],
  ['refid', 12, 4],
  ['reference', 16, 8],
  ['origin', 24, 8],
  ['receive', 32, 8],
  ['transmit', 40, 8],
];

const headers = fc.uint8Array({ minLength: HEADER_LENGTH, maxLength: HEADER_LENGTH });

function changedFields(a: Packet, b: Packet): string[] {
  return (Object.keys(a) as (keyof Packet)[]).filter(field => a[field] !== b[field]);
}

describe('decodePacket', () => {
  test('a reply put together by hand', () => {
    expect(decodePacket(captured('stratum-1'))).toEqual({
      leap: 0,
      version: 4,
      mode: 4,
      stratum: 1,
      poll: 6,
      precision: -20,
      rootDelay: 0,
      rootDispersion: 0.5,
      refid: 0x47_50_53_00,
      reference: 0xeeab_1234_0000_0000n,
      origin: 0x0123_4567_89ab_cdefn,
      receive: 0xeeab_1280_8000_0000n,
      transmit: 0xeeab_1280_c000_0000n,
    });
  });

  test.each(OWNERS)('%s is at byte %i, %i long, and nothing else is', (field, from, length) => {
    for (let at = from; at < from + length; at++) {
      const bytes = encodePacket(packetWith());
      bytes[at]! ^= 0x81;
      expect(changedFields(decodePacket(bytes)!, packetWith())).toEqual([field]);
    }
  });

  test.each([
    ['leap', 0b1100_0000],
    ['version', 0b0011_1000],
    ['mode', 0b0000_0111],
  ])('%s has its bits of the first byte', (field, mask) => {
    for (let bit = 1; bit < 256; bit <<= 1) {
      const bytes = encodePacket(packetWith());
      bytes[0]! ^= bit;
      const changed = changedFields(decodePacket(bytes)!, packetWith());
      expect(changed.includes(field)).toBe((mask & bit) !== 0);
      expect(changed).toHaveLength(1);
    }
  });

  test('poll and precision are signed; root delay, root dispersion and refid are not', () => {
    const packet = decodePacket(new Uint8Array(HEADER_LENGTH).fill(0xff))!;
    expect(packet).toMatchObject({ leap: 3, version: 7, mode: 7, stratum: 255, poll: -1, precision: -1 });
    expect(packet.rootDelay).toBe(65_536 - 1 / 65_536);
    expect(packet.rootDispersion).toBe(65_536 - 1 / 65_536);
    expect(packet.refid).toBe(0xffff_ffff);
    expect(packet.transmit).toBe(0xffff_ffff_ffff_ffffn);
  });

  test('too few bytes are no packet; more than a header are read as far as the header goes', () => {
    for (let length = 0; length < HEADER_LENGTH; length++) {
      expect(decodePacket(new Uint8Array(length))).toBeUndefined();
    }
    const longer = new Uint8Array(100).fill(0xee);
    longer.set(encodePacket(packetWith()));
    expect(decodePacket(longer)).toEqual(packetWith());
  });

  test('a view into a larger buffer is read from where it starts', () => {
    const pool = new Uint8Array(200).fill(0xee);
    pool.set(encodePacket(packetWith()), 77);
    expect(decodePacket(pool.subarray(77, 77 + HEADER_LENGTH))).toEqual(packetWith());
    expect(decodePacket(pool.subarray(77, 77 + HEADER_LENGTH - 1))).toBeUndefined();
  });

  test('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), bytes => {
        expect(decodePacket(bytes) === undefined).toBe(bytes.length < HEADER_LENGTH);
      }),
    );
  });
});

describe('encodePacket', () => {
  test('a packet of distinct values comes back', () => {
    expect(decodePacket(encodePacket(packetWith()))).toEqual(packetWith());
  });

  test('any header comes back byte for byte', () => {
    fc.assert(
      fc.property(headers, bytes => {
        expect(encodePacket(decodePacket(bytes)!)).toEqual(bytes);
      }),
    );
  });

  test('root delay and dispersion are rounded to 2^-16 s', () => {
    const packet = packetWith({ rootDelay: 0.6 / 65_536, rootDispersion: 1.4 / 65_536 });
    const { rootDelay, rootDispersion } = decodePacket(encodePacket(packet))!;
    expect([rootDelay, rootDispersion]).toEqual([1 / 65_536, 1 / 65_536]);
  });
});

describe('encodeRequest', () => {
  test('the bytes of a request of version 4', () => {
    const bytes = encodeRequest(4, NONCE);
    expect(Buffer.from(bytes).toString('hex')).toBe(`23${'00'.repeat(39)}9e3779b97f4a7c15`);
  });

  test('it tells nothing but version, mode and nonce', () => {
    const nonces = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(ntpTimestampOf);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), nonces, (version, nonce) => {
        const bytes = encodeRequest(version, nonce);
        expect(bytes).toHaveLength(HEADER_LENGTH);
        expect(decodePacket(bytes)).toMatchObject({ leap: 0, version, mode: 3, transmit: nonce });
        expect(bytes.subarray(1, 40).every(byte => byte === 0)).toBe(true);
      }),
    );
  });
});
