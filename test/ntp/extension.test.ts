import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFields, readTail } from '../../src/ntp/extension.ts';
import { HEADER_LENGTH } from '../../src/ntp/packet.ts';

/** A packet with this behind its header. */
function packetWithTail(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([new Uint8Array(HEADER_LENGTH).fill(0xee), ...parts]);
}

/** A field whose header says `claimed`; its value is filled with its type. */
function field(type: number, length: number, claimed = length): Uint8Array {
  const bytes = Buffer.alloc(length, type & 0xff);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(claimed, 2);
  return bytes;
}

/** A key id and a digest. */
function mac(keyId: number, digestLength: number): Uint8Array {
  const bytes = Buffer.alloc(4 + digestLength, 0xd1);
  bytes.writeUInt32BE(keyId, 0);
  return bytes;
}

const MALFORMED = { kind: 'malformed' };

describe('a tail that is well formed', () => {
  test('nothing', () => {
    expect(readTail(packetWithTail())).toEqual({ kind: 'fields', fields: [] });
  });

  test('fields, each with its type, value and place', () => {
    const tail = readTail(packetWithTail(field(0x0104, 36), field(0x0204, 16), field(0x0304, 28)));
    expect(tail).toMatchObject({
      kind: 'fields',
      fields: [
        { type: 0x0104, start: 48 },
        { type: 0x0204, start: 84 },
        { type: 0x0304, start: 100 },
      ],
    });
    if (tail.kind !== 'fields') throw new Error('unreachable');
    expect(tail.fields.map(({ value }) => [...value])).toEqual([
      Array(32).fill(0x04),
      Array(12).fill(0x04),
      Array(24).fill(0x04),
    ]);
    expect(tail.mac).toBeUndefined();
  });

  test('a field of the greatest length that there is', () => {
    expect(readTail(packetWithTail(field(7, 65_532)))).toMatchObject({ fields: [{ type: 7, start: 48 }] });
  });

  test.each([16, 20])('a MAC with a digest of %i bytes, with and without a field before it', length => {
    const bare = readTail(packetWithTail(mac(0xfedc_ba98, length)));
    expect(bare).toMatchObject({ kind: 'fields', fields: [], mac: { keyId: 0xfedc_ba98, start: 48 } });
    const after = readTail(packetWithTail(field(0x0104, 16), mac(5, length)));
    expect(after).toMatchObject({ fields: [{ type: 0x0104 }], mac: { keyId: 5, start: 64 } });
    if (after.kind !== 'fields') throw new Error('unreachable');
    expect([...after.mac!.digest]).toEqual(Array(length).fill(0xd1));
  });

  test('a key id of zero alone is a crypto-NAK, also behind a field', () => {
    expect(readTail(packetWithTail(mac(0, 0)))).toEqual({ kind: 'crypto-nak' });
    expect(readTail(packetWithTail(field(0x0104, 28), mac(0, 0)))).toEqual({ kind: 'crypto-nak' });
  });

  test('a view into a larger buffer is read from where it starts', () => {
    const packet = packetWithTail(field(0x0104, 28));
    const pool = new Uint8Array(300).fill(0xff);
    pool.set(packet, 99);
    expect(readTail(pool.subarray(99, 99 + packet.length))).toMatchObject({
      fields: [{ type: 0x0104, start: 48 }],
    });
  });
});

describe('a tail that is none', () => {
  test('a key id that is not zero, alone', () => {
    expect(readTail(packetWithTail(mac(1, 0)))).toEqual(MALFORMED);
    expect(readTail(packetWithTail(mac(0x0100_0000, 0)))).toEqual(MALFORMED);
  });

  test('every length of up to 24 bytes but nothing, a key id of zero and the two MACs', () => {
    const right = [0, 4, 20, 24];
    for (let length = 0; length <= 24; length++) {
      const { kind } = readTail(packetWithTail(new Uint8Array(length)));
      expect([length, kind === 'malformed']).toEqual([length, !right.includes(length)]);
    }
  });

  test('every length that a field can claim but the true one', () => {
    for (let claimed = 0; claimed <= 0xffff; claimed++) {
      const { kind } = readTail(packetWithTail(field(0x0104, 28, claimed)));
      if ((kind === 'malformed') !== (claimed !== 28)) expect.fail(`length ${claimed} is ${kind}`);
    }
  });

  test('a field that ends where the packet does, but is no whole number of words', () => {
    for (let length = 25; length <= 64; length++) {
      const { kind } = readTail(packetWithTail(field(0x0104, length)));
      expect([length, kind]).toEqual([length, length % 4 === 0 ? 'fields' : 'malformed']);
    }
  });

  test('a field that ends where neither a field nor a MAC can begin', () => {
    expect(readTail(packetWithTail(field(0x0104, 28), new Uint8Array(8)))).toEqual(MALFORMED);
    expect(readTail(packetWithTail(field(0x0104, 32, 28)))).toEqual(MALFORMED);
  });

  test('fields that no MAC may follow, the last of which claims more than there is', () => {
    const [whole, cut] = [field(0x0204, 28), field(0x0204, 28, 32)];
    expect(readFields(whole, 0, 0)).toMatchObject({ fields: [{ type: 0x0204, start: 0 }], end: 28 });
    expect(readFields(cut, 0, 0)).toBeUndefined();
    expect(readFields(Buffer.concat([whole, cut]), 0, 0)).toBeUndefined();
  });

  test('fields of length zero do not go round for ever', () => {
    expect(readTail(packetWithTail(new Uint8Array(1000)))).toEqual(MALFORMED);
  });
});

test('random bytes neither throw nor loop, and what is read lies within the packet', () => {
  const junk = fc.uint8Array({ maxLength: 200 });
  const wellFormed = fc.integer({ min: 4, max: 12 }).map(words => field(0x0204, 4 * words));
  const pieces = fc.array(fc.oneof(junk, { weight: 3, arbitrary: wellFormed }), { maxLength: 6 });
  fc.assert(
    fc.property(pieces, parts => {
      const packet = packetWithTail(...parts);
      const tail = readTail(packet);
      fc.pre(tail.kind === 'fields');
      const lengths = tail.fields.map(({ value }) => 4 + value.length);
      const macLength = tail.mac ? 4 + tail.mac.digest.length : 0;
      expect(HEADER_LENGTH + lengths.reduce((sum, length) => sum + length, macLength)).toBe(packet.length);
    }),
    { numRuns: 1000 },
  );
});
