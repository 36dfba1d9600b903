// What `status` and `drift show` read of a machine: the newest memory of its directories, and the kernel's rate.

import { describe, expect, test } from 'vitest';
import { ClockError } from '../../src/clock/clock.ts';
import { type DriftMemory, EMPTY_DRIFT_MEMORY } from '../../src/ntp/drift/drift-record.ts';
import { kernelRateState, readDrift } from '../../src/pipeline/machine-drift.ts';
import type { DriftMemoryReading } from '../../src/pipeline/ports.ts';
import { explainRate } from '../../src/report/rate-words.ts';
import { driftSample, hourly } from '../support/drift-samples.ts';
import { world } from '../support/world.ts';

const clock = world({}).clock;
const HERE = { bootId: 'this boot' };
const memory: DriftMemory = { version: 1, oscillator: HERE, boots: [], samples: hourly(5, -37.5) };
const read = (...readings: readonly DriftMemoryReading[]) =>
  readDrift({ clock, driftMemories: () => readings, oscillator: () => HERE });
const without = { directory: '/none', memory: EMPTY_DRIFT_MEMORY };
const unreadable = { directory: '/root', memory: EMPTY_DRIFT_MEMORY, warning: 'permission denied' };

test("root's memory, which this user may not read, is told as that", () => {
  const state = read(without, { ...unreadable, forbidden: true });
  expect(state).toMatchObject({ unreadable: ['/root'], warnings: [] });
  expect(explainRate(state)).toBe("unknown: only root can read what root's runs learned: sudo tsntp drift");
  expect(read({ directory: '/a', memory }, { ...unreadable, forbidden: true })).not.toHaveProperty(
    'unreadable',
  );
});

describe('of several memories of the oscillator', () => {
  test('the one with the newest sample counts, and what cannot be read is not told then', () => {
    const newer = { ...memory, samples: [...memory.samples, driftSample(9e4, 9e4 * -37.5e-6)] };
    const state = read({ directory: '/a', memory }, { directory: '/b', memory: newer }, without, unreadable);
    expect(state).toMatchObject({ directory: '/b', runs: 6, noMemoryIn: ['/none'], warnings: [] });
  });

  test('an imported rate alone is a memory', () => {
    const boots = [{ frequency: 3, sigma: 1, runs: 0 }];
    expect(read(without, { directory: '/b', memory: { ...EMPTY_DRIFT_MEMORY, boots } }).directory).toBe('/b');
  });

  test('without any, it is told where there is none and what could not be read', () => {
    const state = read(without, unreadable);
    expect(state).toMatchObject({ noMemoryIn: ['/none'], warnings: ['permission denied'], runs: 0 });
    expect(state).not.toHaveProperty('directory');
  });
});

describe("the kernel's rate", () => {
  test('is unknown where the platform has none, or a sandbox forbids to ask', () => {
    const { rate: _, ...rateless } = clock;
    expect(kernelRateState(rateless)).toBeUndefined();
    const forbidden = () => {
      throw new ClockError('not-permitted', 'adjtimex: EPERM');
    };
    expect(kernelRateState({ ...clock, rate: forbidden })).toBeUndefined();
  });

  test('a bug comes out', () => {
    const broken = () => {
      throw new TypeError('a bug');
    };
    expect(() => kernelRateState({ ...clock, rate: broken })).toThrow('a bug');
  });
});
