// Whole weeks of simulated oscillators, from fixed seeds, against the figures of the tables in test/bench/RESULTS.md and
// 15 % more. test/bench/drift.js makes the tables, from more seeds.

import { describe, expect, test } from 'vitest';
import { type DriftCourse, type DriftWorld, rootMeanSquare, simulateDrift } from './support/drift-world.ts';

const MARGIN = 1.15;

function courses(world: DriftWorld, seeds: number): readonly DriftCourse[] {
  return Array.from({ length: seeds }, (_, i) => simulateDrift(world, i + 1));
}

/** The root of the mean square of what the runs after the first day expected, in milliseconds. */
function expectedError(all: readonly DriftCourse[]): number {
  const later = all.flatMap(({ expected }) => expected.filter(({ minute }) => minute >= 1440));
  return 1e3 * Math.sqrt(later.reduce((sum, { error }) => sum + error ** 2, 0) / later.length);
}

const typical: DriftWorld = { wander: 0.03, daily: 0.3, noise: 3e-4 };

describe('between hourly runs after the first day', () => {
  test.each<[number, DriftWorld]>([
    [0.094, { wander: 0.01, noise: 1e-4 }],
    [0.226, { wander: 0.1, noise: 1e-4 }],
    [0.494, { wander: 0.3, noise: 1e-4 }],
    [1.53, { wander: 1, noise: 1e-4 }],
    [0.145, { wander: 0.03, daily: 1, noise: 1e-4 }],
    [0.211, { wander: 0.01, noise: 3e-4 }],
    [0.416, { wander: 0.1, noise: 3e-4 }],
    [0.677, { wander: 0.3, noise: 3e-4 }],
    [1.62, { wander: 1, noise: 3e-4 }],
    [0.31, typical],
    [0.525, { wander: 0.01, noise: 1e-3 }],
    [0.948, { wander: 0.1, noise: 1e-3 }],
    [1.34, { wander: 0.3, noise: 1e-3 }],
    [2.26, { wander: 1, noise: 1e-3 }],
    [0.768, { wander: 0.03, daily: 1, noise: 1e-3 }],
    [0.979, { wander: 0.1, daily: 1, airConditioner: 0.1, noise: 1e-3 }],
  ])('the clock is off by %d ms RMS, and says so: %j', (figure, world) => {
    const all = courses(world, 4);
    const error = rootMeanSquare(all);
    expect(error).toBeLessThan(MARGIN * figure);
    expect(expectedError(all)).toBeGreaterThan(error / MARGIN);
    expect(expectedError(all)).toBeLessThan(error * MARGIN);
  });

  test.each<[number, string, Partial<DriftWorld>]>([
    [0.335, 'a tenth of the runs meet with congestion', { congested: 0.1 }],
    [0.348, 'a tenth of the runs are missing', { missing: 0.1 }],
    [0.356, 'the noise is three times what is claimed', { claimedNoise: 1 / 3 }],
    [0.302, 'the noise is a third of what is claimed', { claimedNoise: 3 }],
    [0.865, 'four servers take turns', { pool: { servers: 4, asymmetry: 1e-3 } }],
    [0.31, 'the clock gains 78 ppm', { rate: 78 }],
  ])('the clock is off by %d ms RMS where %s', (figure, _, change) => {
    // The mean of the servers' asymmetries cannot be known: seeds differ by as much.
    const seeds = change.pool ? 12 : 4;
    expect(rootMeanSquare(courses({ ...typical, ...change }, seeds))).toBeLessThan(MARGIN * figure);
  });
});

test.each([
  ['15 min', 0.229, 900, 7],
  ['6 h', 2.69, 21_600, 20],
])('runs every %s keep the clock within %d ms RMS', (_, figure, interval, days) => {
  const all = courses({ wander: 0.1, daily: 0.5, noise: 3e-4, interval, days }, 4);
  expect(rootMeanSquare(all, Math.max(24, interval / 720))).toBeLessThan(MARGIN * figure);
});

test('two runs suffice: half a millisecond from then on', () => {
  const all = courses({ ...typical, days: 1 }, 12);
  expect(rootMeanSquare(all, 0, 1)).toBeGreaterThan(70);
  expect(rootMeanSquare(all, 1, 2)).toBeLessThan(0.6);
  expect(rootMeanSquare(all, 2, 24)).toBeLessThan(0.5);
});

describe('after a surprise in a world where 2 % of the runs are congested', () => {
  const HOUR = 120;
  test.each<[string, DriftWorld['surprise'] & object, readonly number[]]>([
    ['the rate jumps by 20 ppm at a run', { hour: HOUR, rate: 20 }, [41.2, 8.1, 0.57, 0.4]],
    ['the rate jumps by 20 ppm between two runs', { hour: HOUR + 0.5, rate: 20 }, [14.5, 24.6, 0.57, 0.4]],
    ['the rate jumps by −5 ppm', { hour: HOUR, rate: -5 }, [10.1, 2.23, 0.57, 0.39]],
    ['the rate jumps by 1 ppm', { hour: HOUR, rate: 1 }, [2.23, 1.2, 0.58, 0.4]],
    ['a path changes by 5 ms', { hour: HOUR, asymmetry: 5e-3 }, [2.54, 0.46, 0.46, 0.4]],
    ['a path changes by −15 ms', { hour: HOUR, asymmetry: -15e-3 }, [6.9, 0.62, 0.46, 0.4]],
    ['another server is 5 ms off', { hour: HOUR, asymmetry: 5e-3, otherPeer: true }, [0.41, 0.56, 0.46, 0.4]],
    [
      'another server is −15 ms off',
      { hour: HOUR, asymmetry: -15e-3, otherPeer: true },
      [0.4, 0.57, 0.46, 0.4],
    ],
  ])('%s: the next hours', (_, surprise, figures) => {
    const { asymmetry = 0 } = surprise;
    const all = courses({ ...typical, congested: 0.02, days: 5.25, surprise }, 12);
    for (const { errors } of all) {
      for (let minute = HOUR * 60; minute < errors.length; minute++) errors[minute]! -= asymmetry;
    }
    const after = figures.map((_, i) => rootMeanSquare(all, HOUR + i, HOUR + i + 1));
    expect(
      after.map((error, i) => error < MARGIN * figures[i]!),
      `${after}`,
    ).toEqual(figures.map(() => true));
  });
});
