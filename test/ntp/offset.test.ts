import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PHI } from '../../src/ntp/offset.ts';
import type { Sample } from '../../src/ntp/sample.ts';
import { monotonicTimeOf } from '../../src/ntp/time.ts';
import { examine, exchange, instant, PRECISION, sampleOf } from '../support/builders.ts';

const NANOSECOND = 1e-9;

describe('offset, delay and dispersion (RFC 5905 §8)', () => {
  test('all three are as worked by hand for a server half a second ahead, 30 ms there, 10 ms back, 1 ms within', () => {
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

  test.each([0.25, -0.25, 3600, -3600, 86_400 * 365, -86_400 * 100])(
    'a server that is %d s ahead has that offset',
    offset => {
      expect(sampleOf({ offset }).offset).toBeCloseTo(offset, 7);
    },
  );

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
});
