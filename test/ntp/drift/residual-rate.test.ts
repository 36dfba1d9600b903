import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DriftMemory, EMPTY_DRIFT_MEMORY } from '../../../src/ntp/drift/drift-record.ts';
import { type ResidualFacts, residualRate } from '../../../src/ntp/drift/residual-rate.ts';
import type { Rate } from '../../../src/ntp/rate.ts';
import { add } from '../../../src/ntp/time.ts';
import { driftSample, hourly } from '../../support/drift-samples.ts';

const OSCILLATOR = { bootId: 'this', clocksource: 'tsc' };
const KERNEL = { frequency: 37.5, tick: 10_000 };
const MEMORY: DriftMemory = {
  ...EMPTY_DRIFT_MEMORY,
  oscillator: OSCILLATOR,
  set: { ...KERNEL, at: '2026-11-26T00:00:00.000000000Z' },
  samples: hourly(4, -37.5),
};
/** An hour after the last run, at the rate that it set. */
const KNOWN: ResidualFacts = {
  memory: MEMORY,
  oscillator: OSCILLATOR,
  kernel: KERNEL,
  raw: driftSample(4 * 3600).raw,
};

function rate(changes: Partial<ResidualFacts>, memory: Partial<DriftMemory> = {}): Rate | undefined {
  return residualRate({ ...KNOWN, memory: { ...MEMORY, ...memory }, ...changes });
}

test('the residual rate after a rate was set is close to 0, and its bound a few ppm', () => {
  const { rate: left, uncertainty } = rate({})!;
  expect(Math.abs(left)).toBeLessThan(0.5e-6);
  // Two error bounds of 5 ms in an hour are 2.8 ppm.
  expect(uncertainty).toBeGreaterThan(3.8e-6);
  expect(uncertainty).toBeLessThan(10e-6);
});

test('the residual rate is what the kernel does not correct: positive if the clock still loses', () => {
  const kernel = { frequency: 30, tick: 10_000 };
  const { rate: left } = rate({ kernel }, { set: { ...MEMORY.set!, ...kernel } })!;
  expect(left).toBeCloseTo(7.5e-6, 6);
});

describe('no residual rate is known', () => {
  const { set: _, ...unset } = MEMORY;
  test.each<[why: string, changes: Partial<ResidualFacts>, memory?: Partial<DriftMemory>]>([
    ['without a sample', {}, { samples: [] }],
    ['with but one', {}, { samples: hourly(1, -37.5) }],
    ['before tsntp has set the rate', { memory: unset }],
    ['after another program has', { kernel: { frequency: 0, tick: 10_000 } }],
    ['behind a closed gate', {}, { gate: { kind: 'suspended' } }],
    ['after a boot', { oscillator: { ...OSCILLATOR, bootId: 'next' } }],
    ['after a change of the clock source', { oscillator: { ...OSCILLATOR, clocksource: 'hpet' } }],
    ['after a sleep', { asleep: 5 }],
    ['if the raw clock went backward', { raw: 1n }],
    ['where the last two runs bound nothing', {}, { samples: hourly(2, -37.5, { distance: 1 }) }],
  ])('%s', (_, changes, memory) => {
    const facts = { ...KNOWN, memory: { ...MEMORY, ...memory }, ...changes };
    expect(residualRate(facts)).toBeUndefined();
  });
});

test('the longer since the last run, the less certain is the residual rate', () => {
  const later = rate({ raw: driftSample(100 * 3600).raw })!;
  expect(later.uncertainty).toBeGreaterThan(rate({})!.uncertainty);
});

test('the true residual rate is within the bound, whatever servers say within their error bounds', () => {
  const lie = fc.double({ min: -1, max: 1, noNaN: true });
  const distance = fc.double({ min: 1e-4, max: 0.2, noNaN: true });
  const ppm = fc.double({ min: -300, max: 300, noNaN: true });
  const lies = fc.array(fc.record({ lie, distance }), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(lies, ppm, ppm, (each, truth, frequency) => {
      const samples = each.map(({ lie, distance }, i) => {
        const sample = driftSample(3600 * i, 3600e-6 * i * -truth, { distance });
        return { ...sample, true: add(sample.true, lie * distance) };
      });
      const kernel = { frequency, tick: 10_000 };
      const set = { ...MEMORY.set!, ...kernel };
      const raw = driftSample(3600 * each.length).raw;
      const known = rate({ kernel, raw }, { samples, set });
      fc.pre(known !== undefined);
      const { rate: left, uncertainty } = known;
      expect(uncertainty).toBeGreaterThanOrEqual(1e-6);
      expect(Math.abs(left - 1e-6 * (truth - frequency))).toBeLessThanOrEqual(uncertainty);
    }),
  );
});
