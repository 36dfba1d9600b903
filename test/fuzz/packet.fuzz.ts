// Any datagram as a reply to our request: a sample, or a rejection that names the failed test. Never an exception, and
// never a sample from a packet that RFC 5905 and the numbered tests forbid.

import fc from 'fast-check';
import { expect } from 'vitest';
import { traceLines } from '../../src/cli/report/debug.ts';
import { formatRefid } from '../../src/ntp/refid.ts';
import { examine, exchange, NONCE, PRECISION, plausible } from '../support/builders.ts';
import { expectPrintable, fuzz, mutated } from './fuzz.ts';

const good = exchange();
const field = fc
  .tuple(fc.nat(0xffff), fc.nat(80), fc.option(fc.nat(0xffff)))
  .map(([type, length, claimed]) => {
    const bytes = Buffer.alloc(4 + length, 0x5a);
    bytes.writeUInt16BE(type);
    bytes.writeUInt16BE(claimed ?? bytes.length, 2);
    return bytes;
  });
const tail = fc.oneof(
  { weight: 3, arbitrary: fc.constant(Buffer.alloc(0)) },
  { weight: 2, arbitrary: fc.array(field, { maxLength: 4 }).map(fields => Buffer.concat(fields)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }) },
);
const replies = tail.map(bytes => Buffer.concat([good.bytes, bytes]));
const inputs = fc.oneof(
  { weight: 8, arbitrary: mutated(replies) },
  // Only a sender that guessed the nonce could send these.
  {
    weight: 3,
    arbitrary: fc.uint8Array({ minLength: 48, maxLength: 48 }).map(bytes => {
      Buffer.from(bytes.buffer).writeBigUInt64BE(NONCE, 24);
      return bytes;
    }),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 1200 }) },
);

const TESTS = ['1', '2', '3', '5', '6', '7', 'A', 'B', 'kiss', 'plausible'];

fuzz('packet', inputs, bytes => {
  for (const allowAny of [false, true]) {
    const result = examine({ ...good, bytes }, { plausible: plausible(allowAny) });
    const arrival = { bytes, at: good.received, stampedBy: 'kernel' } as const;
    const lines = traceLines({
      kind: 'receive',
      address: { address: '192.0.2.1', family: 4, port: 123 },
      arrival,
      result,
    });
    for (const line of lines) expectPrintable(line);
    if (result.kind !== 'sample') {
      expect(TESTS).toContain(result.test);
      continue;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const [first, stratum, precision] = [view.getUint8(0), view.getUint8(1), view.getInt8(3)];
    expect(first & 7).toBe(4);
    expect((first >> 3) & 7).toBeGreaterThanOrEqual(1);
    expect((first >> 3) & 7).toBeLessThanOrEqual(4);
    expect(first >> 6).toBeLessThan(3);
    expect(stratum > 0 && stratum < 16).toBe(true);
    expect(precision).toBeLessThanOrEqual(0);
    expect(view.getUint32(4) / 2 + view.getUint32(8)).toBeLessThan(16 * 0x1_0000);
    expect(view.getBigUint64(24)).toBe(NONCE);
    expect(view.getBigUint64(32)).not.toBe(0n);
    expect(view.getBigUint64(40)).not.toBe(0n);
    expect((bytes.length - 48) % 4).toBe(0);
    expect(Number.isFinite(result.offset)).toBe(true);
    expect(result.delay >= PRECISION && result.delay <= 3).toBe(true);
    expect(result.dispersion > 0 && result.dispersion < 3).toBe(true);
    if (!allowAny) expect(Math.abs(result.offset)).toBeLessThan(21 * 31_557_600);
    expectPrintable(formatRefid(result.packet.refid, result.packet.stratum));
  }
});
