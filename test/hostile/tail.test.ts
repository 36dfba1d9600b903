// Unrequested data after the header: well-formed extension fields (RFC 7822) are ignored; a MAC, a crypto-NAK, or
// anything else makes the packet invalid (CVE-2015-7871, CVE-2015-1798).

import { describe } from 'vitest';
import { type Case, judgeEach } from './bench.ts';
import { all, concat, delayed, followedBy, lie, truth } from './server.ts';

/** An extension field of a type and length, which may claim another length. */
function field(type: number, length: number, claimed = length): Uint8Array {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 7) & 0xff);
  new DataView(bytes.buffer).setUint16(0, type);
  new DataView(bytes.buffer).setUint16(2, claimed);
  return bytes;
}

/** A key id and a digest. */
function mac(digest: number, keyId = 1): Uint8Array {
  const bytes = Uint8Array.from({ length: 4 + digest }, (_, i) => (i * 13) & 0xff);
  new DataView(bytes.buffer).setUint32(0, keyId);
  return bytes;
}

const NAK = new Uint8Array(4);
const malformed: Case['expected'] = { fails: 'B', kind: 'malformed-tail' };
const unasked: Case['expected'] = { fails: '5', kind: 'unasked-mac' };

describe('extension fields', () => {
  const types = [0x0000, 0x0002, 0x0104, 0x0204, 0x0304, 0x0404, 0x2005, 0x8002, 0xf323, 0xffff];
  judgeEach([
    ...types.map(type => ({
      name: `type 0x${type.toString(16).padStart(4, '0')}, 32 bytes`,
      server: followedBy(field(type, 32)),
      expected: 'accepted' as const,
    })),
    ...[28, 36, 228, 900].map(length => ({
      name: `${length} bytes`,
      server: followedBy(field(0xf323, length)),
      expected: 'accepted' as const,
    })),
    {
      name: 'three of them',
      server: followedBy(concat(field(1, 16), field(2, 20), field(3, 28))),
      expected: 'accepted',
    },
    {
      name: '30 of them',
      server: followedBy(concat(...Array<Uint8Array>(30).fill(field(7, 28)))),
      expected: 'accepted',
    },
  ]);
  judgeEach([
    ...[0, 1, 3, 4, 8, 12, 15, 30, 33, 36, 1000, 0x7fff, 0x8000, 0xffff].map(claimed => ({
      name: `32 bytes that claim to be ${claimed}`,
      server: followedBy(field(0xf323, 32, claimed)),
      expected: malformed,
    })),
    ...[1, 2, 3, 5, 8, 12, 15].map(length => ({
      name: `${length} bytes`,
      server: followedBy(field(0xf323, 32).subarray(0, length)),
      expected: malformed,
    })),
    {
      name: 'one, then three bytes',
      server: followedBy(concat(field(1, 32), mac(0).subarray(1))),
      expected: malformed,
    },
    {
      name: 'one, then another of length 0',
      server: followedBy(concat(field(1, 32), field(2, 32, 0))),
      expected: malformed,
    },
  ]);
});

describe('MACs and crypto-NAKs', () => {
  const nak: Case['expected'] = { fails: '5', kind: 'crypto-nak' };
  judgeEach([
    { name: 'crypto-NAK', server: followedBy(NAK), expected: nak },
    {
      name: 'crypto-NAK after an extension field',
      server: followedBy(concat(field(1, 32), NAK)),
      expected: nak,
    },
    { name: 'a key id without a digest', server: followedBy(mac(0)), expected: malformed },
    ...[16, 20].map(digest => ({
      name: `${digest * 8} bit digest`,
      server: followedBy(mac(digest)),
      expected: unasked,
    })),
    { name: 'digest of zeros with key id 0', server: followedBy(new Uint8Array(20)), expected: unasked },
    {
      name: '128 bit digest after an extension field',
      server: followedBy(concat(field(1, 32), mac(16))),
      expected: unasked,
    },
    ...[32, 48, 64].map(digest => ({
      name: `${digest * 8} bit digest`,
      server: followedBy(mac(digest)),
      expected: malformed,
    })),
  ]);
});

describe('before the true reply', () => {
  const tails = {
    'crypto-NAK': NAK,
    MAC: mac(16),
    'three bytes': mac(0).subarray(1),
    'length 0': field(1, 32, 0),
  };
  judgeEach(
    Object.entries(tails).map(([name, tail]) => ({
      name,
      server: all(followedBy(tail, lie(500)), delayed(0.02, truth)),
      expected: 'accepted',
    })),
  );
});
