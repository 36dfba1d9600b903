import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PHI } from '../../src/ntp/offset.ts';
import type { Packet } from '../../src/ntp/packet.ts';
import { plausibleTimes } from '../../src/ntp/plausible.ts';
import { type Rejection, type RejectionKind, requestOf, type Sample } from '../../src/ntp/sample.ts';
import {
  add,
  difference,
  monotonicTimeOf,
  ntpTimestampOf,
  toNtpTimestamp,
  unixTimeOf,
} from '../../src/ntp/time.ts';
import {
  type Exchange,
  examine,
  exchange,
  instant,
  NONCE,
  NOW,
  PRECISION,
  plausible,
  RELEASE,
  sampleOf,
} from '../support/builders.ts';

const NANOSECOND = 1e-9;

/** The four characters of a kiss code or a clock's name as a reference id. */
function refid(text: string): number {
  return Buffer.from(text, 'latin1').readUInt32BE();
}

/** The same exchange with this behind the header. */
function withTail(one: Exchange, tail: readonly number[]): Exchange {
  return { ...one, bytes: Uint8Array.from([...one.bytes, ...tail]) };
}

describe('offset, delay and dispersion (RFC 5905 §8)', () => {
  test('worked by hand: a server half a second ahead, 30 ms there, 10 ms back, 1 ms within', () => {
    const t1 = instant('2026-11-21T12:00:10Z');
    const sample = sampleOf(
      { t1, offset: 0.5, forward: 0.03, backward: 0.01, kept: 0.001 },
      { precision: -20 },
    );
    expect(sample.offset).toBeCloseTo((0.53 + 0.49) / 2, 9);
    expect(sample.delay).toBeCloseTo(0.04, 9);
    expect(sample.dispersion).toBeCloseTo(2 ** -20 + PRECISION + 15e-6 * 0.041, 12);
    const { t2, t3, t4 } = sample;
    expect([sample.t1, t2, t3, t4]).toEqual(
      ['10', '10.53', '10.531', '10.041'].map(s => instant(`2026-11-21T12:00:${s}Z`)),
    );
  });

  test.each([0.25, -0.25, 3600, -3600, 86_400 * 365, -86_400 * 100])('a server %d s ahead', offset => {
    expect(sampleOf({ offset }).offset).toBeCloseTo(offset, 7);
  });

  test('the offset is off by half of what the two directions differ', () => {
    expect(sampleOf({ forward: 0.2, backward: 0 }).offset).toBeCloseTo(0.1, 9);
    expect(sampleOf({ forward: 0, backward: 0.2 }).offset).toBeCloseTo(-0.1, 9);
  });

  test('the truth is never farther from the offset than δ/2', () => {
    const delay = fc.double({ min: 0, max: 1.4, noNaN: true });
    const offset = fc.double({ min: -100, max: 100, noNaN: true });
    const kept = fc.double({ min: 0, max: 4, noNaN: true });
    fc.assert(
      fc.property(offset, delay, delay, kept, (offset, forward, backward, kept) => {
        const sample = sampleOf({ offset, forward, backward, kept });
        expect(Math.abs(sample.offset - offset)).toBeLessThanOrEqual(sample.delay / 2 + 3 * NANOSECOND);
        expect(Math.abs(sample.delay - Math.max(forward + backward, PRECISION))).toBeLessThan(5 * NANOSECOND);
      }),
    );
  });

  test('the delay is never below our precision', () => {
    expect(sampleOf({ forward: 0, backward: 0 }).delay).toBe(PRECISION);
    expect(sampleOf({ forward: 0, backward: -PRECISION / 2 }).delay).toBe(PRECISION);
  });

  test('PHI is 15 ppm, of the time by the monotonic clock', () => {
    expect(PHI).toBe(15e-6);
    const one = exchange({}, { precision: -32 });
    const monotonic = monotonicTimeOf(one.request.sent.monotonic + 2_000_000_000n);
    const sample = examine({ ...one, received: { ...one.received, monotonic } }) as Sample;
    expect(sample.dispersion).toBeCloseTo(2 ** -32 + PRECISION + 2 * 15e-6, 12);
  });

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
});

describe('tests 1 and 2: to what was asked, once', () => {
  test('a second reply to the same request is a duplicate', () => {
    expect(examine(exchange(), { outstanding: [], closed: [NONCE] })).toMatchObject({
      kind: 'duplicate',
      test: '1',
    });
  });

  test('a first reply after the timeout is late, and says by how much', () => {
    const one = exchange({ forward: 1.25, backward: 1.25, kept: 0.001 });
    const late = examine(one, { outstanding: [], expired: [one.request] });
    expect(late).toMatchObject({ kind: 'late', test: '1' });
    expect((late as Rejection).message).toContain('2.501 s after its request');
  });

  test('one bit of the 64 makes an origin another one', () => {
    for (let bit = 0n; bit < 64n; bit++) {
      const origin = ntpTimestampOf(NONCE ^ (1n << bit));
      expect(examine(exchange({}, { origin }))).toMatchObject({ kind: 'bogus-origin', test: '2' });
    }
  });

  test('an origin is compared exactly, not as a number', () => {
    const nonce = ntpTimestampOf((1n << 63n) + 1n);
    const { request, ...rest } = exchange({}, { origin: ntpTimestampOf((1n << 63n) + 2n) });
    expect(examine({ ...rest, request: { ...request, nonce } })).toMatchObject({ kind: 'bogus-origin' });
  });

  test('an origin of zero is bogus (CVE-2015-8138)', () => {
    expect(examine(exchange({}, { origin: ntpTimestampOf(0n) }))).toMatchObject({
      kind: 'bogus-origin',
      test: '2',
    });
  });

  test.each(['DENY', 'RSTR', 'RATE'])(
    'a %s with another origin is bogus, not a kiss (CVE-2015-7704)',
    code => {
      const forged = exchange(
        {},
        { stratum: 0, leap: 3, refid: refid(code), origin: ntpTimestampOf(NONCE + 1n) },
      );
      expect(examine(forged)).toMatchObject({ kind: 'bogus-origin', test: '2' });
    },
  );

  test('a kiss that was already obeyed is a duplicate', () => {
    const kiss = exchange({}, { stratum: 0, leap: 3, refid: refid('DENY') });
    expect(examine(kiss, { outstanding: [], closed: [NONCE] })).toMatchObject({ kind: 'duplicate' });
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
});

describe('test B: the form', () => {
  test('every length below a header', () => {
    const one = exchange();
    for (let length = 0; length < 48; length++) {
      const short = { ...one, bytes: one.bytes.subarray(0, length) };
      expect(examine(short)).toMatchObject({ kind: 'too-short', test: 'B' });
    }
  });

  test('every mode but 4', () => {
    const accepted = [0, 1, 2, 3, 4, 5, 6, 7].filter(
      mode => examine(exchange({}, { mode })).kind === 'sample',
    );
    expect(accepted).toEqual([4]);
    expect(examine(exchange({}, { mode: 3 }))).toMatchObject({ kind: 'wrong-mode', test: 'B' });
  });

  test.each([1, 2, 3, 4])('asked in version %i, a server may answer in any of 1 to 4', asked => {
    for (let version = 0; version < 8; version++) {
      const { kind } = examine(exchange({ version: asked }, { version }));
      expect([version, kind]).toEqual([version, version >= 1 && version <= 4 ? 'sample' : 'wrong-version']);
    }
  });

  test.each<[string, readonly number[], RejectionKind, string]>([
    ['a byte too many', [0], 'malformed-tail', 'B'],
    ['a field that claims more than there is', [1, 4, 0, 32, ...Array(24).fill(0)], 'malformed-tail', 'B'],
    ['a field of length zero', Array(28).fill(0), 'malformed-tail', 'B'],
    ['a crypto-NAK (CVE-2015-7871)', [0, 0, 0, 0], 'crypto-nak', '5'],
    ['a MAC that was not asked for', [0, 0, 0, 1, ...Array(16).fill(7)], 'unasked-mac', '5'],
  ])('%s', (_, tail, kind, test) => {
    expect(examine(withTail(exchange(), tail))).toMatchObject({ kind, test });
  });

  test('extension fields that were not asked for are ignored', () => {
    expect(examine(withTail(exchange(), [1, 4, 0, 28, ...Array(24).fill(9)])).kind).toBe('sample');
  });
});

describe('kiss codes', () => {
  test.each([
    ['DENY', 'stop'],
    ['RSTR', 'stop'],
    ['RATE', 'slow-down'],
  ])('%s with the right origin asks to %s, though its timestamps are zero', (code, demand) => {
    const zero = ntpTimestampOf(0n);
    const kiss = { stratum: 0, leap: 3, refid: refid(code), receive: zero, transmit: zero } as const;
    expect(examine(exchange({}, kiss))).toMatchObject({ kind: 'kiss', test: 'kiss', kiss: { code, demand } });
  });

  test.each(['XYZW', 'INIT', '\x1b[2J'])('%j asks for nothing: the server is not synchronized', code => {
    const rejection = examine(exchange({}, { stratum: 0, leap: 3, refid: refid(code) }));
    expect(rejection).toMatchObject({ kind: 'not-synchronized', test: '6' });
    expect('message' in rejection && rejection.message).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe('tests 3, 6, 7 and A', () => {
  const zero = ntpTimestampOf(0n);
  const later = (s: number) => toNtpTimestamp(add(NOW, s));

  test.each<[string, Partial<Packet>, RejectionKind, string]>([
    ['receive zero', { receive: zero }, 'zero-timestamp', '3'],
    ['transmit zero', { transmit: zero }, 'zero-timestamp', '3'],
    ['leap 3', { leap: 3 }, 'not-synchronized', '6'],
    ['stratum 0', { stratum: 0 }, 'not-synchronized', '6'],
    ['stratum 16', { stratum: 16 }, 'not-synchronized', '6'],
    ['stratum 255', { stratum: 255 }, 'not-synchronized', '6'],
    ['root dispersion of 16 s', { rootDelay: 0, rootDispersion: 16 }, 'root-distance', '7'],
    ['root delay of 32 s', { rootDelay: 32, rootDispersion: 0 }, 'root-distance', '7'],
    ['the two together', { rootDelay: 16, rootDispersion: 8 }, 'root-distance', '7'],
    ['root delay FFFFFFFF', { rootDelay: 0xffff_ffff / 65_536, rootDispersion: 0 }, 'root-distance', '7'],
    ['root dispersion 80000000', { rootDelay: 0, rootDispersion: 32_768 }, 'root-distance', '7'],
    ['set more than a second after it answered', { reference: later(1.012) }, 'reference-in-future', '7'],
    ['set in 60 years', { reference: later(60 * 31_557_600) }, 'reference-in-future', '7'],
    ['T3 more than 1 ms before T2', { transmit: later(0.0089) }, 'bad-server-interval', 'A'],
    [
      'T3 20 ms before T2, of precision -7',
      { transmit: later(-0.01), precision: -7 },
      'bad-server-interval',
      'A',
    ],
    [
      'T3 half an era from T2',
      { reference: zero, transmit: ntpTimestampOf(later(0) ^ (1n << 63n)) },
      'bad-server-interval',
      'A',
    ],
  ])('%s', (_, changes, kind, test) => {
    const before = { reference: toNtpTimestamp(add(NOW, -100)) };
    expect(examine(exchange({}, { ...before, ...changes }))).toMatchObject({ kind, test });
  });

  test.each<[string, Partial<Packet>]>([
    ['stratum 1', { stratum: 1 }],
    ['stratum 15', { stratum: 15 }],
    ['leap 1', { leap: 1 }],
    ['leap 2', { leap: 2 }],
    ['root dispersion just under 16 s', { rootDelay: 0, rootDispersion: 16 - 1 / 65_536 }],
    ['root delay just under 32 s', { rootDelay: 32 - 1 / 65_536, rootDispersion: 0 }],
    ['never set', { reference: zero }],
    ['set 30 years ago', { reference: later(-30 * 31_557_600) }],
    ['set as it answered', { reference: later(0.011) }],
    ['set by a rounded second after it answered', { reference: later(1.01) }],
    ['T3 just under 1 ms before T2', { transmit: later(0.0091) }],
    ['T3 6 ms before T2, of precision -7', { transmit: later(0.004), precision: -7 }],
  ])('%s passes', (_, changes) => {
    expect(examine(exchange({}, changes)).kind).toBe('sample');
  });

  test('of all 256 precisions those up to 1 s pass, and none is finer than 2^-32 s (CVE-2015-5219)', () => {
    for (let precision = -128; precision < 128; precision++) {
      const result = examine(exchange({}, { precision }));
      const good = precision <= 0;
      expect([precision, result.kind]).toEqual([precision, good ? 'sample' : 'bad-precision']);
      const resolution = 2 ** Math.max(precision, -32);
      if ('dispersion' in result) expect(result.dispersion).toBeGreaterThanOrEqual(resolution + PRECISION);
    }
  });

  test.each([
    [3, 'sample'],
    [3.001, 'bad-delay'],
    [40, 'bad-delay'],
    [-PRECISION / 2, 'sample'],
    [-0.001, 'sample'],
    [-1, 'sample'],
    [-1.1, 'bad-delay'],
  ])('a delay of %d s: %s', (delay, kind) => {
    expect(examine(exchange({ forward: delay / 2, backward: delay / 2 })).kind).toBe(kind);
    expect(examine(exchange({ forward: delay, backward: 0, kept: 4 })).kind).toBe(kind);
  });

  test.each([
    [1, 3],
    [1.5, 3],
    [5, 10],
  ])('where a root distance of %d s is believed, a delay of up to %d s is', (maxDistance, limit) => {
    const { kind } = examine(exchange({ forward: limit - 0.001, backward: 0 }), { maxDistance });
    expect(kind).toBe('sample');
    const over = examine(exchange({ forward: limit + 0.001, backward: 0 }), { maxDistance });
    expect(over).toMatchObject({ kind: 'bad-delay', message: expect.stringContaining(`0 to ${limit} s`) });
  });

  test.each([
    [0, 'sample'],
    [4, 'sample'],
    [4.001, 'bad-server-interval'],
    [-0.001, 'sample'],
    [-0.0011, 'bad-server-interval'],
    [3600, 'bad-server-interval'],
  ])('a server that kept the request for %d s: %s', (kept, kind) => {
    expect(examine(exchange({ kept })).kind).toBe(kind);
  });
});

describe('plausible years', () => {
  /** An exchange with a server that shows `theirs` while our clock shows `ours`. */
  const meeting = (ours: string, theirs: string) =>
    exchange({ t1: instant(ours), offset: difference(instant(theirs), instant(ours)) });

  test.each([
    ['before the release', '2025-12-31T23:59:50Z'],
    ['a server at 1970', '1970-01-01T00:00:00Z'],
    ['over twenty years after the release', '2046-01-02T00:00:00Z'],
    ['Unix seconds sent as NTP seconds', '1956-09-12T11:01:40Z'],
  ])('%s is implausible, unless any time is allowed', (_, theirs) => {
    const one = meeting('2026-11-21T12:00:00Z', theirs);
    expect(examine(one)).toMatchObject({ kind: 'implausible-time', test: 'plausible' });
    expect(examine(one, { plausible: plausible(true) })).toMatchObject({
      kind: 'sample',
      t2: expect.anything(),
    });
  });

  test.each([
    ['a board that boots in 1970', '1970-01-01T00:00:07Z', '2026-11-21T12:00:00Z'],
    ['a board that boots in 2000', '2000-01-01T00:00:07Z', '2045-11-21T12:00:00Z'],
    ['a board that boots in 1970, after the turn of the era', '1970-01-01T00:00:07Z', '2036-02-08T00:00:00Z'],
    ['a clock at 2099', '2099-12-31T23:59:59Z', '2026-11-21T12:00:00Z'],
    ['a clock before the turn, a server after it', '2036-02-07T06:28:15Z', '2036-02-07T06:28:17Z'],
    ['a clock after the turn, a server before it', '2036-02-07T06:28:17Z', '2036-02-07T06:28:14Z'],
    ['right after the release', '2026-11-21T12:00:00Z', '2026-01-01T00:00:01Z'],
    ['nearly twenty years after it', '2026-11-21T12:00:00Z', '2045-12-31T00:00:00Z'],
  ])('%s', (_, ours, theirs) => {
    const sample = examine(meeting(ours, theirs)) as Sample;
    expect(sample.kind).toBe('sample');
    expect(sample.offset).toBeCloseTo(difference(instant(theirs), instant(ours)), 5);
  });

  test('twenty years, counted from the release', () => {
    const { from, until, allowAny } = plausibleTimes(RELEASE, false);
    expect([from, allowAny]).toEqual([RELEASE, false]);
    expect(difference(until, from) / 31_557_600).toBeCloseTo(20, 9);
  });
});

describe('what a reply would have said', () => {
  const course = { offset: 195.5, forward: 0.02, backward: 0.02 };

  test.each<[RejectionKind, Partial<Packet>]>([
    ['not-synchronized', { leap: 3, stratum: 0 }],
    ['not-synchronized', { leap: 3, stratum: 16 }],
    ['bad-precision', { precision: 9 }],
    ['root-distance', { rootDispersion: 17 }],
    ['reference-in-future', { reference: toNtpTimestamp(add(NOW, 28_800)) }],
  ])('is kept of one that is rejected (%s)', (kind, changes) => {
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

describe('the order of the tests', () => {
  /** Each breaks one test more than the next. */
  const failures: readonly [RejectionKind, Partial<Packet>][] = [
    ['bogus-origin', { origin: ntpTimestampOf(1n) }],
    ['wrong-mode', { mode: 5 }],
    ['kiss', { stratum: 0, refid: refid('DENY') }],
    ['zero-timestamp', { receive: ntpTimestampOf(0n) }],
    ['not-synchronized', { leap: 3 }],
    ['bad-precision', { precision: 127 }],
    ['sample', {}] as never,
  ];

  test('origin, form, kiss, timestamps, synchronization, root', () => {
    for (const from of failures.keys()) {
      const changes = Object.assign(
        {},
        ...failures.slice(from).map(([, change]) => change),
      ) as Partial<Packet>;
      const one = exchange({}, changes);
      expect(examine(one).kind).toBe(failures[from]![0]);
      expect(examine({ ...one, bytes: one.bytes.subarray(0, 47) }).kind).toBe('too-short');
    }
  });
});

describe('any bytes at all', () => {
  const someReading = { time: unixTimeOf(NOW), monotonic: monotonicTimeOf(0n) };

  test('random ones are at most bogus', () => {
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
    const one = withTail(exchange(), [...tail]);
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
