import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EstimateTerms, type Estimator, estimatePeer, type PeerEstimate } from '../../src/ntp/filter.ts';
import { MAXFREQ } from '../../src/ntp/rate.ts';
import type { Sample } from '../../src/ntp/sample.ts';
import {
  add,
  difference,
  type MonotonicTime,
  monotonicTimeOf,
  nanoseconds,
  type Seconds,
} from '../../src/ntp/time.ts';
import { type Course, NOW, PRECISION, sampleOf } from '../support/builders.ts';

const ESTIMATORS: readonly Estimator[] = ['paired-minima', 'least-delay'];
const NANOSECOND = 1e-9;

/** A burst with 2 s from one request to the next, but that timers are a little late, after the courses given. */
function burst(...courses: readonly Partial<Course>[]): Sample[] {
  return courses.map((course, i) => sampleOf({ t1: add(NOW, 2 * i + late(i)), ...course }));
}

/** No round number, and another each time. */
function late(i: number): Seconds {
  return 1e-4 * Math.abs(Math.sin(i + 1));
}

/** Two clocks that keep pace: what is known where nothing drifts. */
const STEADY = { rate: 0, uncertainty: 0 };

function estimate(samples: readonly Sample[], terms: Estimator | EstimateTerms = {}): PeerEstimate {
  const result = estimatePeer(samples, typeof terms === 'string' ? { estimator: terms } : terms);
  if ('kind' in result) throw new Error(`inconsistent by ${result.by} s`);
  return result;
}

/** The instant so long after the last sample. */
function after(samples: readonly Sample[], waiting: Seconds) {
  return monotonicTimeOf(samples.at(-1)!.received.monotonic + nanoseconds(waiting));
}

interface World {
  readonly samples: readonly Sample[];
  /** When the others have been waited for. */
  readonly at: MonotonicTime;
  /** The true offset then. */
  readonly truth: Seconds;
}

/** Clocks that show multiples of these: they divide the second. */
const TICKS: readonly Seconds[] = [1, 0.5, 0.25, 0.1, 0.01, 1 / 64, 0.004, 0.001];
const rates = fc.double({ min: -MAXFREQ, max: MAXFREQ, noNaN: true });

/** Bursts over paths that queue in both directions, now and then for long; how fast the server gains is up to the test. */
function worlds(ticks: readonly Seconds[] = [0]): fc.Arbitrary<(rate: number) => World> {
  const seconds = (max: number) => fc.double({ min: 0, max, noNaN: true });
  const queueing = seconds(0.3).map(t => t ** 3);
  return fc
    .record({
      offset: fc.double({ min: -10, max: 10, noNaN: true }),
      spacing: fc.oneof(fc.constantFrom(0.1, 2), fc.double({ min: 0.1, max: 2, noNaN: true })),
      base: fc.record({ forward: seconds(0.02), backward: seconds(0.02) }),
      tick: fc.constantFrom(...ticks),
      cutsBoth: fc.boolean(),
      waiting: fc.oneof(fc.constant(0), seconds(15)),
      exchanges: fc.array(fc.record({ forward: queueing, backward: queueing, kept: seconds(0.001) }), {
        minLength: 1,
        maxLength: 16,
      }),
    })
    .map(({ offset, spacing, base, tick, cutsBoth, waiting, exchanges }) => rate => {
      const samples = exchanges.map(({ forward, backward, kept }, i) => {
        const way = base.forward + forward;
        const sent = i * spacing + late(i);
        return sampleOf({
          t1: add(NOW, sent),
          offset: offset + rate * (sent + way),
          forward: way,
          backward: base.backward + backward,
          kept,
          tick,
          cutsBoth,
        });
      });
      const truth = offset + rate * (difference(samples.at(-1)!.t4, NOW) + waiting);
      return { samples, at: after(samples, waiting), truth };
    });
}

describe('paired minima', () => {
  test('worked by hand: the least of each direction, of different exchanges', () => {
    const samples = burst(
      { offset: 0.5, forward: 0.01, backward: 0.09 },
      { offset: 0.5, forward: 0.07, backward: 0.03 },
    );
    const { offset, delay } = estimate(samples, { rate: STEADY });
    expect(offset).toBeCloseTo((0.51 - -0.47) / 2, 8);
    expect(delay).toBeCloseTo(0.51 + -0.47, 8);
  });

  test('it is the default', () => {
    const samples = burst({ forward: 0.01, backward: 0.09 }, { forward: 0.07, backward: 0.02 });
    expect(estimate(samples)).toEqual(estimate(samples, 'paired-minima'));
    expect(estimate(samples)).not.toEqual(estimate(samples, 'least-delay'));
  });

  test('between clocks that keep pace, its delay is never above the least delay', () => {
    fc.assert(
      fc.property(worlds(), world => {
        const { samples } = world(0);
        const [paired, least] = ESTIMATORS.map(estimator => estimate(samples, { estimator, rate: STEADY }));
        expect(paired!.delay).toBeLessThanOrEqual(least!.delay + NANOSECOND);
      }),
    );
  });

  test('with a known rate it errs as little as between clocks that keep pace, and says so', () => {
    fc.assert(
      fc.property(worlds(), rates, (world, rate) => {
        const error = (running: number) => {
          const { samples, at, truth } = world(running);
          const known = { rate: running, uncertainty: 0 };
          const { offset, rootDistance } = estimate(samples, { at, rate: known });
          return { error: offset - truth, rootDistance };
        };
        const [running, steady] = [error(rate), error(0)];
        // What stays is the drift while a packet is under way.
        expect(Math.abs(running.error - steady.error)).toBeLessThan(MAXFREQ * 0.1);
        expect(Math.abs(running.rootDistance - steady.rootDistance)).toBeLessThan(MAXFREQ * 0.2);
      }),
    );
  });

  test('ε grows by PHI over the burst, as the two minima may be its ends', () => {
    const two = burst({}, {});
    const [first] = two;
    expect(estimate(two).dispersion).toBeGreaterThanOrEqual(first!.dispersion + 15e-6 * 2);
  });

  test.each([2, -2])('a clock moved by %d s in the middle of the burst shows as a contradiction', moved => {
    const samples = burst({ offset: 0 }, { offset: 0 }, { offset: moved }, { offset: moved });
    const result = estimatePeer(samples);
    expect(result).toMatchObject({ kind: 'inconsistent' });
    // Two ways of 10 ms, and 2 s in which the clocks may have run apart by 500 ppm.
    expect('by' in result && result.by).toBeCloseTo(2 - 0.02 - 2 * MAXFREQ, 3);
  });

  test('what a rate within 500 ppm explains is no contradiction, and no delay is below zero', () => {
    const apart = (offset: Seconds) =>
      burst({ offset: 0, forward: 0, backward: 0 }, { offset, forward: 0, backward: 0 });
    const within = estimate(apart(990e-6));
    expect(within.delay).toBeLessThan(1e-6);
    const own = within.rootDelay / 2 + within.rootDispersion;
    expect(within.rootDistance).toBeLessThan(own + 0.002);
    expect(estimate(apart(0.05)).rootDistance).toBeGreaterThan(own + 0.05);
    expect(estimate(apart(990e-6), { rate: STEADY }).rootDistance).toBeGreaterThan(own + 0.04);
  });

  test('one sample whose delay is 10 µs below zero is off by no second', () => {
    const { rootDistance } = estimate([sampleOf({ t1: add(NOW, late(0)), forward: 0, backward: -1e-5 })]);
    expect(rootDistance).toBeLessThan(0.05);
  });

  test('what no rate explains widens the bound, by more where fewer samples tell of it', () => {
    const noisy = (n: number) =>
      estimate(burst(...Array.from({ length: n }, (_, i) => ({ offset: i % 2 ? 0.03 : -0.03 }))));
    const [few, many] = [noisy(4).rootDistance, noisy(12).rootDistance];
    expect(many).toBeGreaterThan(0.03);
    expect(few).toBeGreaterThan(1.2 * many);
    expect(noisy(2).rootDistance).toBeGreaterThan(0.9);
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
    expect(offset).toBeCloseTo(samples[1]!.offset, 9);
    expect(delay).toBeCloseTo(samples[1]!.delay, 9);
  });

  test('of two of the same delay the newer is taken', () => {
    const samples = burst({ offset: 0.1 }, { offset: 0.2 }, { offset: 0.3, forward: 0.5 });
    expect(estimate(samples, 'least-delay').offset).toBeCloseTo(samples[1]!.offset, 9);
  });

  test('ε grows by PHI while a sample gets old', () => {
    const samples = burst({ forward: 0.001 }, {}, {});
    const [oldest, , last] = samples;
    const age = difference(last!.t4, oldest!.t4);
    const { dispersion } = estimate(samples, 'least-delay');
    expect(dispersion).toBeCloseTo(oldest!.dispersion + 15e-6 * age, 6);
  });
});

describe.each(ESTIMATORS)('%s', estimator => {
  test('of a single sample its offset and delay, and no jitter', () => {
    const sample = sampleOf({ offset: -0.25, forward: 0.03, backward: 0.01 }, { precision: -10 });
    const { offset, delay, dispersion, jitter } = estimate([sample], estimator);
    expect(offset).toBeCloseTo(sample.offset, 9);
    expect(delay).toBeCloseTo(sample.delay, 9);
    expect(dispersion).toBe(sample.dispersion);
    expect(jitter).toBe(0);
  });

  test('the truth is within λ, whatever the rate, and however long others are waited for', () => {
    fc.assert(
      fc.property(worlds(), rates, (world, rate) => {
        const { samples, at, truth } = world(rate);
        const { offset, rootDistance } = estimate(samples, { estimator, at });
        expect(Math.abs(offset - truth)).toBeLessThanOrEqual(rootDistance);
      }),
      { numRuns: 1000 },
    );
  });

  test('the truth is within λ, whatever the tick of the server’s clock, and no server is dropped for it', () => {
    fc.assert(
      fc.property(worlds(TICKS), rates, (world, rate) => {
        const { samples, at, truth } = world(rate);
        const { offset, rootDistance } = estimate(samples, { estimator, at });
        expect(Math.abs(offset - truth)).toBeLessThanOrEqual(rootDistance);
      }),
      { numRuns: 1000 },
    );
  });

  test('between clocks that keep pace λ = (Δ + δ)/2 + E + ε + jitter (RFC 5905 §11.1)', () => {
    const says = { rootDelay: 0.5, rootDispersion: 0.25, precision: -32 };
    const samples = [
      sampleOf({ forward: 0.01, backward: 0.01 }, says),
      sampleOf({ t1: add(NOW, 2), forward: 0.02, backward: 0.02 }, says),
    ];
    const { rootDistance, claimedDistance, delay, dispersion, jitter } = estimate(samples, {
      estimator,
      rate: STEADY,
    });
    expect(rootDistance).toBeCloseTo((0.5 + delay) / 2 + 0.25 + dispersion + jitter, 8);
    expect(claimedDistance).toBeCloseTo(rootDistance, 12);
  });

  test('an unknown rate and a tick add to λ, and not to what the server claims', () => {
    const samples = burst({ tick: 1 }, { tick: 1 }, { tick: 1 });
    const { rootDistance, claimedDistance } = estimate(samples, { estimator, at: after(samples, 10) });
    expect(rootDistance).toBeGreaterThan(0.9);
    expect(claimedDistance).toBeLessThan(0.1);
  });

  test('a precision of whole seconds counts once', () => {
    const sample = sampleOf({}, { precision: 0, rootDelay: 0, rootDispersion: 0 });
    const { rootDistance, claimedDistance } = estimate([sample], estimator);
    expect(rootDistance).toBeCloseTo(1.01, 3);
    expect(claimedDistance).toBeCloseTo(1.01, 3);
  });

  test('jitter is the RMS about the estimate, and alike samples have next to none', () => {
    const quiet = estimate(burst({}, {}, {}), estimator);
    expect(quiet.jitter).toBeLessThan(1e-6);
    const samples = burst({ forward: 0.01 }, { forward: 0.03 }, { forward: 0.05 });
    const { offset, jitter } = estimate(samples, { estimator, rate: STEADY });
    const squares = samples.map(sample => (sample.offset - offset) ** 2);
    expect(jitter).toBeCloseTo(Math.sqrt((squares[0]! + squares[1]! + squares[2]!) / 2), 9);
  });

  test('jitter below the resolution of the stamps is reported, and does not add to λ', () => {
    const says = { rootDelay: 0, rootDispersion: 0, precision: -5 };
    const samples = [0.01, 0.03, 0.02].map((forward, i) => sampleOf({ t1: add(NOW, 2 * i), forward }, says));
    const { claimedDistance, delay, dispersion, jitter } = estimate(samples, { estimator, rate: STEADY });
    expect(jitter).toBeGreaterThan(0.004);
    expect(claimedDistance).toBeCloseTo(delay / 2 + dispersion, 12);
  });

  test('it speaks of the server as it was last', () => {
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
    });
  });

  test('no samples are a mistake of the caller', () => {
    expect(() => estimatePeer([], { estimator })).toThrow(RangeError);
  });

  test('the precision alone keeps ε above zero', () => {
    const sample = sampleOf({ forward: 0, backward: 0, kept: 0 }, { precision: -32 });
    expect(estimate([sample], estimator).dispersion).toBeGreaterThanOrEqual(PRECISION);
  });
});
