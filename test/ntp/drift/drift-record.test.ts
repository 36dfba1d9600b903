import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DriftMemory,
  EMPTY_DRIFT_MEMORY,
  MOST_BOOTS,
  MOST_SAMPLES,
  memoryFor,
  withRate,
  withSample,
} from '../../../src/ntp/drift/drift-record.ts';
import { estimateDrift } from '../../../src/ntp/drift/estimate.ts';
import { driftSample, hourly } from '../../support/drift-samples.ts';

const FOUND = { frequency: -3, tick: 10_000 };
const SET = { frequency: 37.5, tick: 10_000, at: '2026-11-26T00:00:00.000000000Z' };
const OSCILLATOR = { bootId: 'this', clocksource: 'tsc' };
const MEMORY: DriftMemory = {
  version: 1,
  oscillator: OSCILLATOR,
  found: FOUND,
  set: SET,
  boots: [{ frequency: 36, sigma: 0.1, runs: 20 }],
  samples: hourly(5, -37.5),
};
const ESTIMATE = estimateDrift(MEMORY.samples, 3600)!;

describe('in the same boot', () => {
  test('everything is kept', () => {
    expect(memoryFor(OSCILLATOR, MEMORY)).toEqual(MEMORY);
  });

  test('what is not told is taken to be the same, and what was told before is kept', () => {
    expect(memoryFor({}, MEMORY)).toEqual(MEMORY);
    expect(memoryFor(OSCILLATOR, { ...MEMORY, oscillator: {} })).toEqual(MEMORY);
  });
});

test('another boot begins anew, and the rate of the last one joins the earlier ones', () => {
  const { frequency, sigma } = ESTIMATE;
  expect(memoryFor({ bootId: 'next', clocksource: 'tsc' }, MEMORY)).toEqual({
    version: 1,
    oscillator: { bootId: 'next', clocksource: 'tsc' },
    boots: [...MEMORY.boots, { frequency, sigma, runs: 5, clocksource: 'tsc' }],
    samples: [],
  });
});

test('another clock source begins anew as well, but the kernel keeps its rate', () => {
  const changed = memoryFor({ bootId: 'this', clocksource: 'hpet' }, MEMORY);
  expect(changed).toMatchObject({ found: FOUND, set: SET, samples: [] });
  expect(changed.boots).toHaveLength(2);
});

test('a boot with a single run has taught nothing', () => {
  const samples = hourly(1, -37.5);
  const next = memoryFor({ bootId: 'next' }, { ...MEMORY, samples });
  expect(next.boots).toEqual(MEMORY.boots);
  expect(memoryFor({ bootId: 'next' }, { ...MEMORY, samples: [] }).boots).toEqual(MEMORY.boots);
});

test('what earlier boots let expect is not counted again', () => {
  const wrong = { ...MEMORY, boots: [40, 41].map(frequency => ({ frequency, sigma: 1, runs: 9 })) };
  const next = memoryFor({ bootId: 'next' }, { ...wrong, samples: hourly(5, 0) });
  expect(next.boots.at(-1)!.frequency).toBeCloseTo(0, 3);
});

test('a boot whose samples tell the rate badly has taught nothing', () => {
  const samples = [driftSample(0), driftSample(120, 0, { jitter: 3e-3 })];
  expect(memoryFor({ bootId: 'next' }, { ...MEMORY, samples }).boots).toEqual(MEMORY.boots);
});

test('the latest eight boots are remembered', () => {
  let memory = MEMORY;
  for (let boot = 1; boot <= 12; boot++) {
    memory = memoryFor({ bootId: `boot ${boot}` }, { ...memory, samples: hourly(5, -boot) });
  }
  expect(memory.boots.map(({ frequency }) => Math.round(frequency))).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
  expect(memory.boots).toHaveLength(MOST_BOOTS);
});

describe('another sample', () => {
  test('is the last of a week of hourly ones', () => {
    const samples = hourly(MOST_SAMPLES + 2, -37.5);
    const memory = samples.reduce(withSample, EMPTY_DRIFT_MEMORY);
    expect(memory.samples).toEqual(samples.slice(2));
  });

  test.each([
    ['better', { jitter: 5e-5 }, 'sample'],
    ['worse', { jitter: 2e-4 }, 'last'],
    ['as good', {}, 'last'],
    ['of greater delay', { jitter: 9e-5, delay: 9e-3 }, 'last'],
  ])('within a minute that is %s: the better one stays', (_, changes, expected) => {
    const last = driftSample(3600);
    const sample = driftSample(3659, 0, changes);
    const { samples } = withSample({ ...MEMORY, samples: [driftSample(0), last] }, sample);
    expect(samples).toEqual([driftSample(0), expected === 'sample' ? sample : last]);
  });

  test('a minute later is another one, and so is one after a sleep', () => {
    for (const sample of [driftSample(60), driftSample(9, 0, { asleep: 1 })]) {
      expect(withSample({ ...MEMORY, samples: [driftSample(0)] }, sample).samples).toHaveLength(2);
    }
  });

  test.each([0, 4 * 3600])('whose raw clock is not later begins anew (%d s)', at => {
    const sample = driftSample(at);
    expect(withSample(MEMORY, sample)).toEqual({ ...MEMORY, samples: [sample] });
  });

  test('keeps the samples in order and a minute apart, in whatever rhythm runs follow each other', () => {
    const run = fc.record({
      wait: fc.integer({ min: 1, max: 200 }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 200 }), runs => {
        let [memory, at] = [EMPTY_DRIFT_MEMORY, 0];
        for (const { wait, jitter } of runs) {
          at += wait;
          memory = withSample(memory, driftSample(at, 0, { jitter }));
        }
        const times = memory.samples.map(({ raw }) => Number(raw) / 1e9);
        expect(times.every((time, i) => i === 0 || time - times[i - 1]! >= 60)).toBe(true);
        expect(times.length).toBeLessThanOrEqual(MOST_SAMPLES);
        // None is put off for ever.
        expect(77 + at - times.at(-1)!).toBeLessThan(60);
      }),
    );
  });
});

test('what the kernel had before is kept from the first setting in a boot', () => {
  const now = { ...SET, frequency: 40 };
  expect(withRate(MEMORY, now, { frequency: 37.5, tick: 10_000 })).toEqual({ ...MEMORY, set: now });
  const first = withRate(EMPTY_DRIFT_MEMORY, SET, FOUND);
  expect(first).toEqual({ ...EMPTY_DRIFT_MEMORY, found: FOUND, set: SET });
});
