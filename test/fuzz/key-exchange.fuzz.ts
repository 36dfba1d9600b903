// Any bytes as the response of an NTS key exchange: an agreement, a request for more bytes, or a one-line refusal.

import fc from 'fast-check';
import { expect } from 'vitest';
import { KeyExchangeRefusal, readResponse } from '../../src/ntp/nts/ke-records.ts';
import { expectPrintable, fuzz, mutated } from './fuzz.ts';

const record = fc
  .tuple(
    fc.oneof(fc.nat(8), fc.nat(0x7fff)),
    fc.boolean(),
    fc.oneof(fc.uint8Array({ maxLength: 120 }), fc.constant(Buffer.of(0, 15))),
  )
  .map(([type, critical, body]) => {
    const head = Buffer.alloc(4);
    head.writeUInt16BE(type | (critical ? 0x8000 : 0));
    head.writeUInt16BE(body.length, 2);
    return Buffer.concat([head, body]);
  });
const good = Buffer.concat([
  Buffer.from('80010002000080040002000f', 'hex'),
  ...Array.from({ length: 8 }, () => Buffer.concat([Buffer.from('00050064', 'hex'), Buffer.alloc(100, 7)])),
  Buffer.from('80000000', 'hex'),
]);
const inputs = fc.oneof(
  mutated(fc.constant(good)),
  mutated(fc.array(record, { maxLength: 12 }).map(records => Buffer.concat(records))),
  fc.uint8Array({ maxLength: 200 }),
);

fuzz('key-exchange', inputs, bytes => {
  try {
    const agreement = readResponse(bytes);
    if (agreement === undefined) return;
    expect(agreement.cookies.length).toBeGreaterThan(0);
    for (const cookie of agreement.cookies) expect(cookie.length).toBeGreaterThan(0);
    expectPrintable(agreement.host ?? '');
  } catch (error) {
    expect(error).toBeInstanceOf(KeyExchangeRefusal);
    expectPrintable((error as Error).message);
  }
});
