import { describe, expect, test } from 'vitest';
import type { DriftSample } from '../../../src/ntp/drift/drift-sample.ts';
import { jumpOf } from '../../../src/ntp/drift/jump.ts';
import { driftSample, hourly } from '../../support/drift-samples.ts';

/** A day of hourly samples at 37.5 ppm; the phase has moved by `by` seconds in addition since the sample `from`. */
function jumping(by: number, from: number, until = Number.POSITIVE_INFINITY): readonly DriftSample[] {
  return Array.from({ length: 24 }, (_, i) =>
    driftSample(3600 * i, -37.5e-6 * 3600 * i + (i >= from && i < until ? by : 0)),
  );
}

test.each([60, 1, 0.3, -1])('a phase that has moved by %d s is a jump for two intervals', by => {
  const samples = jumping(-by, 20);
  const jumps = samples.map((_, i) => jumpOf(samples.slice(0, i + 1)) !== undefined);
  expect(jumps.flatMap((jumped, i) => (jumped ? i : []))).toEqual([20, 21]);
  expect(jumpOf(samples.slice(0, 21))).toBeCloseTo((-1e6 * by) / 3600, 3);
});

test('one wrong time is a jump until the two intervals around it have passed', () => {
  const samples = jumping(1, 20, 21);
  const jumps = samples.map((_, i) => jumpOf(samples.slice(0, i + 1)) !== undefined);
  expect(jumps.flatMap((jumped, i) => (jumped ? i : []))).toEqual([20, 21, 22]);
});

describe('no jump is', () => {
  test('a steady rate, or one that changes by 20 ppm', () => {
    expect(jumpOf(hourly(24, -37.5))).toBeUndefined();
    const samples = [...hourly(3, -37.5), driftSample(3 * 3600, -37.5e-6 * 7200 - 57.5e-6 * 3600)];
    expect(jumpOf(samples)).toBeUndefined();
  });

  test('what noise explains', () => {
    const noisy = { jitter: 5e-3 };
    expect(jumpOf([driftSample(0), driftSample(900), driftSample(1800, 0.03, noisy)])).toBeUndefined();
    expect(jumpOf([driftSample(0), driftSample(900), driftSample(1800, 0.03)])).toBeDefined();
  });

  test('a queue on the way, which shows in the delay', () => {
    const queued = driftSample(1800, 0.05, { delay: 0.1 });
    expect(jumpOf([driftSample(0), driftSample(900), queued])).toBeUndefined();
  });

  test('a sleep, during which the raw clock stands still', () => {
    const asleep = driftSample(7200, -60, { asleep: 60 });
    expect(jumpOf([driftSample(0), driftSample(3600), asleep])).toBeUndefined();
  });

  test('the noise of runs that follow each other closely', () => {
    const samples = hourly(4, -900);
    const soon = driftSample(3 * 3600 + 1, -900e-6 * (3 * 3600 + 1) + 1e-3);
    expect(jumpOf([...samples, soon])).toBeUndefined();
    expect(jumpOf([...samples, soon, driftSample(4 * 3600, -900e-6 * 4 * 3600)])).toBeUndefined();
  });

  test('a single sample', () => {
    expect(jumpOf(hourly(1, 0))).toBeUndefined();
  });
});

test('of two samples, a rate that no crystal has waits for a third', () => {
  expect(jumpOf(hourly(2, -300))).toBeCloseTo(-300, 6);
  expect(jumpOf(hourly(3, -300))).toBeUndefined();
  expect(jumpOf(hourly(2, -150))).toBeUndefined();
});
