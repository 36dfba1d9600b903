import { expect, test, vi } from 'vitest';
import type { Clock } from '../../src/clock/clock.ts';
import { dryRun } from '../../src/clock/dry-run.ts';
import { readOnly } from '../../src/clock/read-only.ts';

const real: Clock = readOnly('this test only reads');

test('calls that would change the clock are recorded instead, in order, and reaches no clock', () => {
  const under = {
    ...real,
    step: vi.fn(),
    slew: vi.fn(),
    declareSynchronized: vi.fn(),
    setFrequency: vi.fn(),
  };
  const clock = dryRun(under);
  clock.step(-2.25);
  const slew = clock.slew(0.05);
  clock.declareSynchronized({ maxError: 0.01, estimatedError: 0.001 });
  clock.setFrequency?.({ frequency: 37.5, tick: 10_000 });
  expect(clock.recorded).toEqual([
    { kind: 'step', offset: -2.25 },
    { kind: 'slew', offset: 0.05 },
    { kind: 'declare-synchronized', quality: { maxError: 0.01, estimatedError: 0.001 } },
    { kind: 'set-frequency', rate: { frequency: 37.5, tick: 10_000 } },
  ]);
  expect(slew.remaining()).toBe(0);
  slew.release();
  expect(under.step).not.toHaveBeenCalled();
  expect(under.slew).not.toHaveBeenCalled();
  expect(under.declareSynchronized).not.toHaveBeenCalled();
  expect(under.setFrequency).not.toHaveBeenCalled();
});

test('the time of a dry run is the real one, and it says that it sets nothing', () => {
  const clock = dryRun(real);
  const before = real.now();
  const { time } = clock.read();
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(real.now());
  expect(clock).toMatchObject({ name: 'dry-run', sets: false, precision: real.precision });
});

test('the rate and the oscillator of a dry run are the real ones, or as absent as they are', () => {
  const reading = { time: real.now(), raw: 7n, gap: 1e-6 };
  const state = { rate: { frequency: 37.5, tick: 10_000 }, unit: 2 ** -16, loops: ['PLL'] };
  const clock = dryRun({ ...real, readOscillator: () => reading, rate: () => state });
  expect(clock.readOscillator?.()).toBe(reading);
  expect(clock.rate?.()).toBe(state);
  expect(clock).not.toHaveProperty('setFrequency');
  for (const name of ['readOscillator', 'rate']) expect(dryRun(real)).not.toHaveProperty(name);
});

test('a clock whose methods are on a prototype is read as it is', () => {
  const clock: Clock = Object.create(real);
  expect({ ...clock }).toEqual({});
  const wrapped = dryRun(clock);
  expect(wrapped.now()).toBeGreaterThanOrEqual(0n);
  expect(wrapped.read().time).toBeGreaterThanOrEqual(0n);
  expect(wrapped.monotonic()).toBeTypeOf('bigint');
  expect(wrapped.status()).toEqual(real.status());
  expect(wrapped.bootId()).toBe(real.bootId());
  expect(wrapped.precision).toBe(real.precision);
});
