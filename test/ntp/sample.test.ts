import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { offsetOf } from '../../src/ntp/offset.ts';
import type { Packet } from '../../src/ntp/packet.ts';
import {
  type Rejection,
  type RejectionKind,
  requestOf,
  type Sample,
  slewAdjusted,
} from '../../src/ntp/sample.ts';
import { add, monotonicTimeOf, ntpTimestampOf, toNtpTimestamp, unixTimeOf } from '../../src/ntp/time.ts';
import {
  examine,
  exchange,
  instant,
  NONCE,
  NOW,
  PRECISION,
  plausible,
  withTail,
} from '../support/builders.ts';
import { refid } from '../support/world/server.ts';

test('a sample carries its packet and when it came', () => {
  const one = exchange({}, { leap: 2, stratum: 15, refid: 0xc6_33_64_07 });
  const sample = examine(one) as Sample;
  expect(sample.received).toEqual(one.received);
  expect(sample.packet).toMatchObject({ leap: 2, stratum: 15, refid: 0xc6_33_64_07 });
});

test('an exchange across the turn of the era', () => {
  const t1 = instant('2036-02-07T06:28:15.9995Z');
  const sample = examine(exchange({ t1, offset: 0.01, forward: 0.001, kept: 0.002 })) as Sample;
  expect(sample.kind).toBe('sample');
  const before = examine(exchange({ t1, offset: -0.01, forward: 0.0095, kept: 0.002 })) as Sample;
  expect(before.t2).toBeLessThan(instant('2036-02-07T06:28:16Z'));
  expect(before.t3).toBeGreaterThan(instant('2036-02-07T06:28:16Z'));
  expect(before.offset).toBeCloseTo(-0.01 + (0.0095 - 0.01) / 2, 8);
});

test('a reply is held against the request that it answers, of several', () => {
  const one = exchange({ version: 3, forward: 0.02, backward: 0.02 });
  const other = {
    ...one.request,
    nonce: ntpTimestampOf(NONCE + 1n),
    sent: { ...one.received },
  };
  const outstanding = [other, one.request];
  expect(requestOf(one.bytes, outstanding)).toBe(one.request);
  expect(requestOf(one.bytes, [other])).toBeUndefined();
  expect(requestOf(one.bytes.subarray(0, 47), outstanding)).toBeUndefined();
  expect(examine(one, { outstanding })).toMatchObject({ kind: 'sample', t1: one.request.sent.time });
});

test.each([0.25, -0.25])(
  'a sample brought forward by %d s says of the moved clock what it said before',
  gain => {
    const sample = examine(exchange({ offset: 1 })) as Sample;
    const forward = slewAdjusted(sample, gain);
    expect(forward.offset).toBeCloseTo(sample.offset - gain, 9);
    expect(forward.offset).toBeCloseTo(offsetOf(forward), 9);
    expect(forward).toMatchObject({ t2: sample.t2, t3: sample.t3, delay: sample.delay });
  },
);

describe('what a reply would have said', () => {
  const course = { offset: 195.5, forward: 0.02, backward: 0.02 };

  test.each<[RejectionKind, Partial<Packet>]>([
    ['not-synchronized', { leap: 3, stratum: 0 }],
    ['not-synchronized', { leap: 3, stratum: 16 }],
    ['bad-precision', { precision: 9 }],
    ['root-distance', { rootDispersion: 17 }],
    ['reference-in-future', { reference: toNtpTimestamp(add(NOW, 28_800)) }],
  ])('is kept of a reply that is rejected (%s)', (kind, changes) => {
    const { measured, ...rejection } = examine(exchange(course, changes)) as Rejection;
    expect(rejection.kind).toBe(kind);
    expect(measured?.offset).toBeCloseTo(195.5, 8);
    expect(measured?.delay).toBeCloseTo(0.04, 8);
  });

  test.each<[RejectionKind, Partial<Packet>]>([
    ['kiss', { stratum: 0, refid: refid('DENY') }],
    ['zero-timestamp', { transmit: ntpTimestampOf(0n) }],
    ['wrong-mode', { mode: 5 }],
  ])('is nothing where there is nothing to measure with, or the reply is none (%s)', (kind, changes) => {
    expect(examine(exchange(course, changes))).toMatchObject({ kind });
    expect(examine(exchange(course, changes))).not.toHaveProperty('measured');
  });
});

describe('any bytes at all', () => {
  const someReading = { time: unixTimeOf(NOW), monotonic: monotonicTimeOf(0n) };

  test('random bytes are never a reply of the server', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), bytes => {
        const { kind } = examine({ ...exchange(), bytes, received: someReading });
        expect(['too-short', 'bogus-origin']).toContain(kind);
      }),
    );
  });

  /** Changes to a reply's bytes, but not to those that hold the origin timestamp. */
  const byte = fc.integer({ min: 0, max: 255 });
  const outsideOrigin = fc.integer({ min: 0, max: 47 }).filter(at => at < 24 || at > 31);
  const mutated = (changes: readonly (readonly [at: number, value: number])[], tail: Uint8Array) => {
    const one = withTail(exchange(), tail);
    for (const [at, value] of changes) one.bytes[at] = value;
    return one;
  };

  test('a mutated reply never throws, and a rejection can be printed', () => {
    const mutations = fc.array(fc.tuple(outsideOrigin, byte), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(mutations, fc.uint8Array({ maxLength: 40 }), fc.boolean(), (changes, tail, allowAny) => {
        const result = examine(mutated(changes, tail), { plausible: plausible(allowAny) });
        if (result.kind !== 'sample') expect(result.message).toMatch(/^[\x20-\x7e]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  test('a mutated reply that is a sample is within all limits', () => {
    // The first byte and the seconds of a timestamp leave few replies that pass; most other bytes may be anything.
    const elsewhere = outsideOrigin.filter(at => ![0, 32, 33, 34, 40, 41, 42].includes(at));
    const mutations = fc.array(fc.tuple(elsewhere, byte), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(mutations, fc.boolean(), (changes, allowAny) => {
        const result = examine(mutated(changes, new Uint8Array()), { plausible: plausible(allowAny) });
        fc.pre(result.kind === 'sample');
        expect(Number.isFinite(result.offset)).toBe(true);
        expect(result.delay).toBeGreaterThanOrEqual(PRECISION);
        expect(result.delay).toBeLessThanOrEqual(3);
        expect(result.dispersion).toBeLessThanOrEqual(1.1);
        expect(result.packet).toMatchObject({ mode: 4, origin: NONCE });
        expect(result.packet.stratum % 16).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });
});
