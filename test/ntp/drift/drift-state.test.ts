// What is known of a clock's rate, from the memory of its oscillator and the kernel's rate.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DriftMemory, EMPTY_DRIFT_MEMORY } from '../../../src/ntp/drift/drift-record.ts';
import { driftStateOf } from '../../../src/ntp/drift/drift-state.ts';
import { unixTimeOf } from '../../../src/ntp/time.ts';
import { driftSample, hourly } from '../../support/drift-samples.ts';

const HERE = { bootId: 'this boot', clocksource: 'tsc' };
const KERNEL = { frequency: 37.5, tick: 10_000 };
/** A clock that loses 37.5 ppm, measured in this boot. */
const LEARNED: DriftMemory = { version: 1, oscillator: HERE, boots: [], samples: hourly(24, -37.5) };

describe('the rate of a drift state', () => {
  test('of an oscillator that loses is a positive correction, measured in this boot', () => {
    const { rate, runs } = driftStateOf({ memory: LEARNED, oscillator: HERE });
    expect(rate).toMatchObject({ from: 'this-boot' });
    expect(rate!.frequency).toBeCloseTo(37.5, 1);
    expect(rate!.wander).toBeGreaterThan(0);
    expect(runs).toBe(24);
  });

  test('is unknown without a memory, and after the first run', () => {
    const first = { ...LEARNED, samples: hourly(1, -37.5) };
    for (const memory of [EMPTY_DRIFT_MEMORY, first]) {
      const state = driftStateOf({ memory, oscillator: HERE, kernel: KERNEL });
      expect(state).not.toHaveProperty('rate');
      expect(state).not.toHaveProperty('expectedError');
    }
  });

  test('of an imported drift file is an expectation until this boot is measured', () => {
    const boots = [{ frequency: 12, sigma: 20, runs: 0 }];
    const imported = driftStateOf({ memory: { ...EMPTY_DRIFT_MEMORY, boots }, oscillator: HERE });
    expect(imported.rate).toMatchObject({ frequency: 12, from: 'earlier-boots' });
    expect(driftStateOf({ memory: { ...LEARNED, boots }, oscillator: HERE }).rate?.from).toBe('this-boot');
  });

  test('after a reboot is what the boot before had, and neither the gate nor what was set counts', () => {
    const memory: DriftMemory = {
      ...LEARNED,
      found: { frequency: 0, tick: 10_000 },
      set: { ...KERNEL, at: '2026-11-21T12:10:23.000000001Z' },
      gate: { kind: 'suspended' },
    };
    const state = driftStateOf({ memory, oscillator: { ...HERE, bootId: 'another' }, kernel: KERNEL });
    expect(state.rate).toMatchObject({ from: 'earlier-boots' });
    expect(state.rate!.frequency).toBeCloseTo(37.5, 1);
    expect(state.boots).toHaveLength(1);
    expect(state.runs).toBe(0);
    for (const key of ['found', 'set', 'gate', 'expectedError']) expect(state).not.toHaveProperty(key);
    expect(state.history).toHaveLength(24);
    expect(driftStateOf({ memory, oscillator: HERE })).toMatchObject({ gate: { kind: 'suspended' } });
  });
});

describe('the expected error of a drift state', () => {
  test('is small if the kernel makes up for the rate, and what the rate does in an hour if it does not', () => {
    const of = (frequency: number) =>
      driftStateOf({ memory: LEARNED, oscillator: HERE, kernel: { ...KERNEL, frequency } }).expectedError!;
    expect(of(37.5)).toBeLessThan(1e-3);
    // Grows from nothing to 135 ms: RMS 78 ms.
    expect(of(0)).toBeCloseTo((37.5e-6 * 3600) / Math.sqrt(3), 3);
  });

  test('is not known where the kernel does not tell its rate', () => {
    expect(driftStateOf({ memory: LEARNED, oscillator: HERE })).not.toHaveProperty('expectedError');
  });
});

test('the history of a drift state has the last week, with what the runs recorded', () => {
  const old = driftSample(0, 0, { offset: 1 });
  const week = 7 * 86_400;
  const samples = [
    old,
    driftSample(3600, 0, { offset: 2e-3, frequency: 1 }),
    driftSample(week + 3600, 0, { offset: -1e-3 }),
  ];
  const { history, interval } = driftStateOf({ memory: { ...LEARNED, samples }, oscillator: HERE });
  expect(history).toEqual([
    { at: samples[1]!.true, offset: 2e-3, frequency: 1 },
    { at: samples[2]!.true, offset: -1e-3 },
  ]);
  expect(interval).toBe(week);
});

test('every number of a drift state is finite, whatever the file says', () => {
  const nanoseconds = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const span = fc.double({ min: 0, max: 1e9, noNaN: true });
  const sample = fc.record({
    raw: nanoseconds,
    true: nanoseconds.map(unixTimeOf),
    jitter: span,
    delay: span,
    distance: span,
    peer: fc.constant('192.0.2.1'),
    offset: fc.double({ min: -1e10, max: 1e10, noNaN: true }),
    frequency: fc.double({ min: -1e5, max: 1e5, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 8 }), samples => {
      const state = driftStateOf({ memory: { ...LEARNED, samples }, oscillator: HERE, kernel: KERNEL });
      JSON.stringify(state, (_, value: unknown) => {
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
        return typeof value === 'bigint' ? String(value) : value;
      });
    }),
  );
});
