import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClockTrust } from '../../src/ntp/clock-trust.ts';
import { type CorrectionLimits, type Decision, decide, PANICT, STEPT } from '../../src/ntp/decide.ts';

const LIMITS: CorrectionLimits = { method: 'by-threshold', stepThreshold: STEPT, allowAnyOffset: false };
/** Nothing speaks for this clock since boot. */
const FRESH: ClockTrust = { setSinceBoot: false, synchronized: false, beforeRelease: false, sum: 0 };
const SET: ClockTrust = { ...FRESH, setSinceBoot: true };
const SYNCHRONIZED: ClockTrust = { ...FRESH, synchronized: true };
const BEFORE_RELEASE: ClockTrust = { ...SET, synchronized: true, beforeRelease: true };

const both = (size: number) => [size, -size];
const clockTrusts = fc.record({
  setSinceBoot: fc.boolean(),
  synchronized: fc.boolean(),
  beforeRelease: fc.boolean(),
  sum: fc.double({ min: -PANICT, max: PANICT, noNaN: true }),
});

test('STEPT and PANICT are those of RFC 5905 §11.3', () => {
  expect([STEPT, PANICT]).toEqual([0.128, 1000]);
});

describe('slew or step', () => {
  test.each<[CorrectionLimits['method'], number, Decision['kind']]>([
    ['by-threshold', 1e-9, 'slew'],
    ['by-threshold', 0.127_999, 'slew'],
    ['by-threshold', 0.128, 'step'],
    ['by-threshold', 0.2, 'step'],
    ['by-threshold', 1000, 'step'],
    ['slew', 1e-9, 'slew'],
    ['slew', 0.128, 'slew'],
    ['slew', 1000, 'slew'],
    ['step', 1e-9, 'step'],
    ['step', 0.127_999, 'step'],
    ['step', 1000, 'step'],
  ])('%s, ±%d s: %s', (method, size, kind) => {
    for (const offset of both(size)) {
      expect(decide(offset, { ...LIMITS, method }, SET)).toEqual({ kind, offset });
    }
  });

  test('the threshold is the user’s', () => {
    const limits = { ...LIMITS, stepThreshold: 5 };
    for (const offset of both(4.999)) expect(decide(offset, limits, SET).kind).toBe('slew');
    for (const offset of both(5)) expect(decide(offset, limits, SET).kind).toBe('step');
    expect(decide(1e-9, { ...LIMITS, stepThreshold: 0 }, SET).kind).toBe('step');
  });

  test.each<CorrectionLimits['method']>(['by-threshold', 'slew', 'step'])(
    '%s: nothing is done about nothing',
    method => {
      for (const offset of both(0))
        expect(decide(offset, { ...LIMITS, method }, SET)).toEqual({ kind: 'none' });
    },
  );
});

describe('the panic limit', () => {
  test.each<[string, ClockTrust, boolean]>([
    ['a clock that tsntp has set since boot', SET, true],
    ['a clock that the kernel calls synchronized', SYNCHRONIZED, true],
    ['a clock that nothing speaks for', FRESH, false],
    ['a clock that is before the release', BEFORE_RELEASE, false],
  ])('%s', (_, clockTrust, refused) => {
    for (const method of ['by-threshold', 'slew', 'step'] as const) {
      for (const offset of [...both(1000.001), ...both(1e8)]) {
        const decision = decide(offset, { ...LIMITS, method }, clockTrust);
        if (refused) expect(decision).toEqual({ kind: 'refuse', offset, limit: PANICT, by: 'panic' });
        else expect(decision).toEqual({ kind: method === 'slew' ? 'slew' : 'step', offset });
      }
      for (const offset of both(1000)) {
        expect(decide(offset, { ...LIMITS, method }, clockTrust).kind).not.toBe('refuse');
      }
    }
  });

  test.each<[string, Partial<ClockTrust>, boolean]>([
    ['within', { sum: 1000 }, false],
    ['over', { sum: 1000.001 }, true],
    ['over, backward', { sum: -1000.001 }, true],
    ['over, where nothing speaks for the clock', { sum: 1001, setSinceBoot: false }, false],
    ['over, where the hardware clock speaks for the servers', { sum: 1001, witness: 'servers' }, false],
    ['over, where it speaks for this clock', { sum: 1001, witness: 'clock' }, true],
    ['over, where it speaks for neither', { sum: 1001, witness: 'neither' }, true],
    ['no number', { sum: Number.NaN }, true],
  ])('holds for the sum of small corrections: %s', (_, known, refused) => {
    for (const offset of both(5)) {
      const decision = decide(offset, LIMITS, { ...SET, ...known });
      if (refused) expect(decision).toEqual({ kind: 'refuse', offset, limit: PANICT, by: 'panic' });
      else expect(decision).toEqual({ kind: 'step', offset });
    }
  });

  test.each(['servers', 'clock', 'neither'] as const)('a large correction, the witness for %s', witness => {
    const decision = decide(93_600, LIMITS, { ...SET, witness });
    expect(decision.kind).toBe(witness === 'servers' ? 'step' : 'refuse');
  });

  test('-g lifts it', () => {
    for (const offset of both(1e8)) {
      expect(decide(offset, { ...LIMITS, allowAnyOffset: true }, SET)).toEqual({ kind: 'step', offset });
    }
  });
});

describe('--max-offset', () => {
  test('holds for every clock, by absolute value, also with -g', () => {
    fc.assert(
      fc.property(clockTrusts, fc.boolean(), fc.boolean(), (clockTrust, allowAnyOffset, negative) => {
        const limits = { ...LIMITS, allowAnyOffset, maxOffset: 2 };
        const sign = negative ? -1 : 1;
        expect(decide(sign * 2, limits, clockTrust)).toEqual({ kind: 'step', offset: sign * 2 });
        const offset = sign * 2.000_001;
        expect(decide(offset, limits, clockTrust)).toEqual({
          kind: 'refuse',
          offset,
          limit: 2,
          by: 'max-offset',
        });
      }),
    );
  });

  test('above the panic limit it does not lift that', () => {
    const limits = { ...LIMITS, maxOffset: 5000 };
    expect(decide(2000, limits, SET)).toMatchObject({ kind: 'refuse', by: 'panic' });
    expect(decide(2000, limits, FRESH)).toMatchObject({ kind: 'step' });
    expect(decide(6000, limits, FRESH)).toMatchObject({ kind: 'refuse', by: 'max-offset', limit: 5000 });
  });

  test('of zero, it refuses any correction', () => {
    for (const offset of both(1e-9)) {
      expect(decide(offset, { ...LIMITS, maxOffset: 0 }, FRESH)).toMatchObject({ kind: 'refuse', limit: 0 });
    }
    expect(decide(0, { ...LIMITS, maxOffset: 0 }, FRESH)).toEqual({ kind: 'none' });
  });
});

test('what is no finite offset never sets a clock, and no limit that is none lets one through', () => {
  const method = fc.constantFrom<CorrectionLimits['method']>('by-threshold', 'slew', 'step');
  const broken = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  fc.assert(
    fc.property(broken, method, fc.boolean(), clockTrusts, (offset, method, allowAnyOffset, clockTrust) => {
      expect(decide(offset, { ...LIMITS, method, allowAnyOffset }, clockTrust).kind).toBe('refuse');
    }),
  );
  fc.assert(
    fc.property(method, fc.boolean(), clockTrusts, (method, allowAnyOffset, clockTrust) => {
      const limits = { ...LIMITS, method, allowAnyOffset, maxOffset: Number.NaN };
      expect(decide(0.1, limits, clockTrust).kind).toBe('refuse');
    }),
  );
});

test('whatever is decided, the offset goes on with its sign and size', () => {
  const offsets = fc.double({ min: -1e9, max: 1e9, noNaN: true }).filter(offset => offset !== 0);
  const method = fc.constantFrom<CorrectionLimits['method']>('by-threshold', 'slew', 'step');
  fc.assert(
    fc.property(offsets, method, clockTrusts, (offset, method, clockTrust) => {
      expect(decide(offset, { ...LIMITS, method }, clockTrust)).toMatchObject({ offset });
    }),
  );
});
