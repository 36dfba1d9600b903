import { describe, expect, test } from 'vitest';
import type { Packet } from '../../src/ntp/packet.ts';
import type { Rejection, RejectionKind } from '../../src/ntp/sample.ts';
import { add, ntpTimestampOf, toNtpTimestamp } from '../../src/ntp/time.ts';
import { examine, exchange, NONCE, NOW, PRECISION, withTail } from '../support/builders.ts';
import { refid } from '../support/world/server.ts';

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
});

describe('test B: the form', () => {
  test('a packet shorter than a header is rejected', () => {
    const one = exchange();
    for (let length = 0; length < 48; length++) {
      const short = { ...one, bytes: one.bytes.subarray(0, length) };
      expect(examine(short)).toMatchObject({ kind: 'too-short', test: 'B' });
    }
  });

  test('every mode but 4 is rejected', () => {
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

  test('is origin, form, kiss, timestamps, synchronization, root', () => {
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
