import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Estimator, estimatePeer, type PeerEstimate } from '../../src/ntp/filter.ts';
import type { Sample } from '../../src/ntp/sample.ts';
import { add, difference, type Seconds } from '../../src/ntp/time.ts';
import { type Course, NOW, PRECISION, sampleOf } from '../support/builders.ts';

const ESTIMATORS: readonly Estimator[] = ['paired-minima', 'least-delay'];
const NANOSECOND = 1e-9;

/** A burst with 2 s from one request to the next, after the courses given. */
function burst(...courses: readonly Partial<Course>[]): Sample[] {
  return courses.map((course, i) => sampleOf({ t1: add(NOW, 2 * i), ...course }));
}

function estimate(samples: readonly Sample[], estimator?: Estimator): PeerEstimate {
  const result = estimatePeer(samples, estimator);
  if ('kind' in result) throw new Error(`inconsistent by ${result.by} s`);
  return result;
}

/** δ/2 + ε: what the measurement itself cannot tell from the truth. */
function boundOf({ delay, dispersion }: PeerEstimate): Seconds {
  return delay / 2 + dispersion;
}

interface World {
  readonly samples: readonly Sample[];
  /** The true offset at the end of the burst. */
  readonly truth: Seconds;
}

/** Bursts over paths that queue in both directions, between clocks that drift apart by up to PHI. */
function worlds(): fc.Arbitrary<World> {
  const seconds = (max: number) => fc.double({ min: 0, max, noNaN: true });
  const queueing = seconds(0.3).map(t => t ** 3);
  const exchanges = fc.array(fc.record({ forward: queueing, backward: queueing, kept: seconds(0.001) }), {
    minLength: 1,
    maxLength: 8,
  });
  return fc
    .record({
      offset: fc.double({ min: -10, max: 10, noNaN: true }),
      drift: fc.double({ min: -15e-6, max: 15e-6, noNaN: true }),
      spacing: fc.constantFrom(0.1, 2, 64),
      base: fc.record({ forward: seconds(0.02), backward: seconds(0.02) }),
      exchanges,
    })
    .map(({ offset, drift, spacing, base, exchanges }) => {
      const samples = exchanges.map(({ forward, backward, kept }, i) =>
        sampleOf({
          t1: add(NOW, i * spacing),
          offset: offset + drift * i * spacing,
          forward: base.forward + forward,
          backward: base.backward + backward,
          kept,
        }),
      );
      return { samples, truth: offset + drift * (exchanges.length - 1) * spacing };
    });
}

describe('paired minima', () => {
  test('worked by hand: the least of each direction, of different exchanges', () => {
    const samples = burst(
      { offset: 0.5, forward: 0.01, backward: 0.09 },
      { offset: 0.5, forward: 0.07, backward: 0.03 },
    );
    const { offset, delay } = estimate(samples, 'paired-minima');
    expect(offset).toBeCloseTo((0.51 - -0.47) / 2, 8);
    expect(delay).toBeCloseTo(0.51 + -0.47, 8);
  });

  test('it is the default', () => {
    const samples = burst({ forward: 0.01, backward: 0.09 }, { forward: 0.07, backward: 0.02 });
    expect(estimatePeer(samples)).toEqual(estimatePeer(samples, 'paired-minima'));
    expect(estimatePeer(samples)).not.toEqual(estimatePeer(samples, 'least-delay'));
  });

  test('its delay is never above the least delay', () => {
    fc.assert(
      fc.property(worlds(), ({ samples }) => {
        const [paired, least] = ESTIMATORS.map(estimator => estimate(samples, estimator));
        expect(paired!.delay).toBeLessThanOrEqual(least!.delay + NANOSECOND);
      }),
    );
  });

  test('ε grows by PHI over the burst, as the two minima may be its ends', () => {
    const two = burst({}, {});
    const [first] = two;
    expect(estimate(two).dispersion).toBeGreaterThanOrEqual(first!.dispersion + 15e-6 * 2);
  });

  test.each([1, -1])('a clock moved by %d s in the middle of the burst shows as a contradiction', moved => {
    const samples = burst({ offset: 0 }, { offset: 0 }, { offset: moved }, { offset: moved });
    const result = estimatePeer(samples);
    expect(result).toMatchObject({ kind: 'inconsistent' });
    expect('by' in result && result.by).toBeCloseTo(1 - 0.02, 6);
  });

  test('what the clocks’ drift over the burst explains is no contradiction, and no delay is below zero', () => {
    const samples = burst({ offset: 0, forward: 0, backward: 0 }, { offset: 25e-6, forward: 0, backward: 0 });
    expect(estimate(samples).delay).toBe(0);
    expect(estimatePeer(burst({ offset: 0 }, { offset: 0.05 }))).toMatchObject({ kind: 'inconsistent' });
  });
});

describe('least delay (RFC 5905 §10)', () => {
  test('the sample of least delay is the estimate', () => {
    const samples = burst(
      { offset: 0.5, forward: 0.03, backward: 0.03 },
      { offset: 0.5, forward: 0.01, backward: 0.02 },
      { offset: 0.5, forward: 0.01, backward: 0.09 },
    );
    const { offset, delay } = estimate(samples, 'least-delay');
    expect(offset).toBe(samples[1]!.offset);
    expect(delay).toBe(samples[1]!.delay);
  });

  test('of two of the same delay the newer is taken', () => {
    const samples = burst({ offset: 0.1 }, { offset: 0.2 }, { offset: 0.3, forward: 0.5 });
    expect(estimate(samples, 'least-delay').offset).toBe(samples[1]!.offset);
  });

  test('ε grows by PHI while a sample gets old', () => {
    const samples = burst({ forward: 0.001 }, {}, {});
    const [oldest, , last] = samples;
    const age = difference(last!.t4, oldest!.t4);
    const { dispersion } = estimate(samples, 'least-delay');
    expect(dispersion).toBeCloseTo(oldest!.dispersion + 15e-6 * age, 10);
  });
});

describe.each(ESTIMATORS)('%s', estimator => {
  test('of a single sample its offset and delay, and a jitter of the precision', () => {
    const sample = sampleOf({ offset: -0.25, forward: 0.03, backward: 0.01 }, { precision: -10 });
    const { offset, delay, dispersion, jitter } = estimate([sample], estimator);
    expect(offset).toBeCloseTo(sample.offset, 9);
    expect(delay).toBeCloseTo(sample.delay, 9);
    expect(dispersion).toBe(sample.dispersion);
    expect(jitter).toBe(2 ** -10);
  });

  test('the truth is within ± (δ/2 + ε)', () => {
    fc.assert(
      fc.property(worlds(), ({ samples, truth }) => {
        const peer = estimate(samples, estimator);
        expect(Math.abs(peer.offset - truth)).toBeLessThanOrEqual(boundOf(peer) + 3 * NANOSECOND);
        expect(peer.rootDistance).toBeGreaterThanOrEqual(boundOf(peer));
      }),
      { numRuns: 2000 },
    );
  });

  test('λ = (Δ + δ)/2 + E + ε + jitter (RFC 5905 §11.1)', () => {
    const samples = [
      sampleOf({ forward: 0.01, backward: 0.03 }, { rootDelay: 0.5, rootDispersion: 0.25 }),
      sampleOf({ t1: add(NOW, 2), forward: 0.02, backward: 0.01 }, { rootDelay: 0.5, rootDispersion: 0.25 }),
    ];
    const { rootDistance, delay, dispersion, jitter } = estimate(samples, estimator);
    expect(rootDistance).toBeCloseTo((0.5 + delay) / 2 + 0.25 + dispersion + jitter, 12);
  });

  test('jitter is the RMS about the estimate, and alike samples have next to none', () => {
    const quiet = estimate(burst({}, {}, {}), estimator);
    expect(quiet.jitter).toBeLessThan(1e-6);
    const samples = burst({ forward: 0.01 }, { forward: 0.03 }, { forward: 0.05 });
    const { offset, jitter } = estimate(samples, estimator);
    const squares = samples.map(sample => (sample.offset - offset) ** 2);
    expect(jitter).toBeCloseTo(Math.sqrt((squares[0]! + squares[1]! + squares[2]!) / 2), 9);
  });

  test('it speaks of the server as it was last, and of the instant of the last reply', () => {
    const samples = [
      sampleOf({}, { stratum: 3, leap: 0, refid: 0x01_02_03_04, rootDelay: 1, rootDispersion: 1 }),
      sampleOf({ t1: add(NOW, 2) }, { stratum: 2, leap: 1, refid: 7, rootDelay: 0.5, rootDispersion: 0.25 }),
    ];
    expect(estimate(samples, estimator)).toMatchObject({
      stratum: 2,
      leap: 1,
      refid: 7,
      rootDelay: 0.5,
      rootDispersion: 0.25,
      at: samples[1]!.received,
    });
  });

  test('no samples are a mistake of the caller', () => {
    expect(() => estimatePeer([], estimator)).toThrow(RangeError);
  });

  test('the precision alone keeps ε above zero', () => {
    const sample = sampleOf({ forward: 0, backward: 0, kept: 0 }, { precision: -32 });
    expect(estimate([sample], estimator).dispersion).toBeGreaterThanOrEqual(PRECISION);
  });
});
