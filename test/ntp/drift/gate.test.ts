import { describe, expect, test } from 'vitest';
import type { DriftGate } from '../../../src/ntp/drift/closed-gate.ts';
import { type DriftMemory, EMPTY_DRIFT_MEMORY } from '../../../src/ntp/drift/drift-record.ts';
import type { DriftEstimate } from '../../../src/ntp/drift/estimate.ts';
import { type GateFacts, gateOf, type RunOfBoth } from '../../../src/ntp/drift/gate.ts';
import { driftSample, hourly } from '../../support/drift-samples.ts';

const ESTIMATE: DriftEstimate = {
  frequency: 37.5,
  sigma: 0.05,
  wander: 0.03,
  dailyAmplitude: 0.3,
  runs: 4,
  phase: 0,
  bow: 0,
  expectedError: 3e-4,
};
const OSCILLATOR = { bootId: 'this', clocksource: 'tsc' };
const KERNEL = { frequency: 37.5, tick: 10_000 };
const MEMORY: DriftMemory = {
  ...EMPTY_DRIFT_MEMORY,
  oscillator: OSCILLATOR,
  found: { frequency: 0, tick: 10_000 },
  set: { ...KERNEL, at: '2026-11-26T00:00:00.000000000Z' },
  samples: hourly(3, -37.5),
};
/** A run that may set the rate. */
const OPEN: GateFacts = {
  memory: MEMORY,
  oscillator: OSCILLATOR,
  sample: driftSample(3 * 3600, -37.5e-6 * 3 * 3600),
  estimate: ESTIMATE,
  kernel: KERNEL,
  services: [],
};
const AGREED = { frequency: 37.5, sigma: 5, agreed: true };
const DISAGREED = { frequency: 37.5, sigma: 28, agreed: false };

function gate(changes: Partial<GateFacts>, memory: Partial<DriftMemory> = {}): DriftGate | undefined {
  return gateOf({ ...OPEN, memory: { ...MEMORY, ...memory }, ...changes });
}

test('the rate may be set where nothing speaks against it', () => {
  expect(gate({})).toBeUndefined();
});

describe('another-service', () => {
  test('closes the gate first of all, and says which', () => {
    const services = ['chronyd'];
    const all = { services, estimate: { ...ESTIMATE, sigma: 99 }, oscillator: { bootId: 'next' } };
    expect(gate(all)).toEqual({ kind: 'another-service', services });
  });
});

describe('other-boot', () => {
  const oscillator = { bootId: 'next', clocksource: 'tsc' };
  const sample = driftSample(-70);
  const kernel = { frequency: 0, tick: 10_000 };

  test.each([
    ['no earlier boot is known', undefined],
    ['the earlier boots differ', DISAGREED],
  ])('closes the gate at the first run where %s', (_, expectation) => {
    expect(gate({ oscillator, sample, kernel, ...(expectation && { expectation }) })).toEqual({
      kind: 'other-boot',
    });
  });

  test('is no reason where the earlier boots agree', () => {
    expect(gate({ oscillator, sample, kernel, expectation: AGREED })).toBeUndefined();
  });

  test('does not blame another program for the rate of 0 that a boot begins with', () => {
    expect(gate({ oscillator, sample, kernel })?.kind).toBe('other-boot');
    expect(gate({ oscillator, sample, kernel, expectation: AGREED })).toBeUndefined();
  });

  test('is not seen where the platform does not tell boots apart', () => {
    expect(gate({ oscillator: { clocksource: 'tsc' } })).toBeUndefined();
    expect(gate({}, { oscillator: {} })).toBeUndefined();
  });
});

test('other-clocksource names both', () => {
  const oscillator = { bootId: 'this', clocksource: 'hpet' };
  expect(gate({ oscillator })).toEqual({ kind: 'other-clocksource', before: 'tsc', now: 'hpet' });
});

test.each([
  ['less', 2 * 3600 - 1],
  ['the same', 2 * 3600],
])('raw-went-backwards: the raw clock shows %s', (_, at) => {
  expect(gate({ sample: driftSample(at) })).toEqual({ kind: 'raw-went-backwards' });
});

test.each([
  [0.2, { kind: 'suspended' }],
  [0.05, undefined],
])('suspended: %d s of sleep since the last run', (asleep, expected) => {
  const sample = { ...OPEN.sample, asleep: 7 + asleep };
  const samples = MEMORY.samples.map(one => ({ ...one, asleep: 7 }));
  expect(gate({ sample }, { samples })).toEqual(expected);
});

describe('set-by-another', () => {
  const other = { frequency: -12, tick: 10_000 };
  const { set, ...unset } = MEMORY;

  test('closes the gate where the kernel has another rate than the one that was set', () => {
    expect(gate({ kernel: other })).toEqual({ kind: 'set-by-another', found: other, set: KERNEL });
    const kernel = { frequency: 37.5, tick: 10_001 };
    expect(gate({ kernel })?.kind).toBe('set-by-another');
  });

  test.each([
    [1, undefined],
    [2, 'set-by-another'],
  ])('allows for the rounding of the kernel: %d units', (units, expected) => {
    const kernel = { frequency: 37.5 + units / 65_536, tick: 10_000 };
    expect(gate({ kernel })?.kind).toBe(expected);
  });

  test.each([
    [KERNEL, undefined],
    [{ frequency: 20, tick: 10_000 }, undefined],
    [other, 'set-by-another'],
  ])(
    'accepts what the kernel had before, if the run may not have got to setting it: %j',
    (kernel, expected) => {
      const begun = { ...MEMORY.set!, before: { frequency: 20, tick: 10_000 } };
      expect(gate({ kernel }, { set: begun })?.kind).toBe(expected);
    },
  );

  test('does not look before tsntp has set the rate in this boot', () => {
    expect(gateOf({ ...OPEN, memory: unset, kernel: other })).toBeUndefined();
    expect(set).toBeDefined();
  });

  test('gives way to force', () => {
    expect(gate({ kernel: other, forceFrequency: true })).toBeUndefined();
  });
});

test('jumped: the phase moved by more than any oscillator explains', () => {
  const sample = driftSample(3 * 3600, -37.5e-6 * 3 * 3600 - 1);
  const jumped = gate({ sample });
  expect(jumped).toMatchObject({ kind: 'jumped' });
  expect(jumped?.kind === 'jumped' && jumped.by).toBeCloseTo(-1e6 / 3600, 3);
});

describe('unlike-raw', () => {
  const run = (changes: Partial<RunOfBoth>): RunOfBoth => ({
    clock: 6 * (1 + 37.5e-6),
    raw: 6,
    readingError: 1e-6,
    ...changes,
  });

  test('is silent where the clock runs as the kernel was told', () => {
    expect(gate({ run: run({}) })).toBeUndefined();
  });

  test('closes the gate where it does not', () => {
    expect(gate({ run: run({ clock: 6 * (1 + 38.5e-6) }) })).toEqual({
      kind: 'unlike-raw',
      by: expect.closeTo(1, 3),
    });
    expect(gate({ run: run({ clock: 6 * (1 + 36.5e-6) }) })?.kind).toBe('unlike-raw');
  });

  test('allows half a ppm, and for how far apart the clocks were read', () => {
    expect(gate({ run: run({ clock: 6 * (1 + 37.95e-6) }) })).toBeUndefined();
    expect(gate({ run: run({ clock: 6 * (1 + 38.5e-6), readingError: 6e-6 }) })).toBeUndefined();
  });

  test('counts the tick', () => {
    const kernel = { frequency: -40, tick: 10_008 };
    const memory = { set: { ...kernel, at: MEMORY.set!.at } };
    expect(gate({ kernel, run: run({ clock: 6 * (1 + 760e-6) }) }, memory)).toBeUndefined();
    expect(gate({ kernel, run: run({ clock: 6 * (1 - 40e-6) }) }, memory)?.kind).toBe('unlike-raw');
  });

  test.each([
    ['is too short to tell', { raw: 0.1, clock: 0.2 }],
    ['is no time at all', { raw: 0, clock: 0, readingError: 0 }],
  ])('has nothing to say where the run %s', (_, changes) => {
    expect(gate({ run: run(changes) })).toBeUndefined();
  });
});

describe('too-early', () => {
  test.each([
    ['there is no sample before', []],
    ['the first is 14 min ago', [driftSample(3 * 3600 - 840), driftSample(3 * 3600 - 100)]],
    ['the raw clock began anew since', [driftSample(0), driftSample(9e6), driftSample(3 * 3600 - 840)]],
  ])('closes the gate where %s', (_, samples) => {
    expect(gate({}, { samples })).toEqual({ kind: 'too-early' });
  });

  test('is over after a quarter of an hour', () => {
    expect(gate({}, { samples: [driftSample(3 * 3600 - 900, -37.5e-6 * (3 * 3600 - 900))] })).toBeUndefined();
  });

  test('is no reason where the earlier boots agree', () => {
    expect(gate({ expectation: AGREED }, { samples: [] })).toBeUndefined();
    expect(gate({ expectation: DISAGREED }, { samples: [] })?.kind).toBe('too-early');
  });
});

describe('unsure', () => {
  test.each([
    [37.5, 0.9, undefined],
    [0.1, 0.9, undefined],
    [37.5, 12, undefined],
    [-37.5, 12, undefined],
    [37.5, 13, 'unsure'],
    [-37.5, 13, 'unsure'],
    [2.9, 1, 'unsure'],
    [3.1, 1, undefined],
  ])('a rate of %d ± %d ppm', (frequency, sigma, expected) => {
    expect(gate({ estimate: { ...ESTIMATE, frequency, sigma } })?.kind).toBe(expected);
    const agreed = gate({ estimate: { ...ESTIMATE, frequency, sigma }, expectation: AGREED });
    expect(agreed?.kind).toBe(expected);
  });

  test('says both', () => {
    const estimate = { ...ESTIMATE, frequency: 2, sigma: 1.5 };
    expect(gate({ estimate })).toEqual({ kind: 'unsure', frequency: 2, sigma: 1.5 });
  });
});
