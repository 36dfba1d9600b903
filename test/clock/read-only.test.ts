import { describe, expect, test, vi } from 'vitest';
import { readOnly } from '../../src/clock/read-only.ts';

describe('a clock that cannot be set', () => {
  test('shows the time that Date.now() floors, without its bias', () => {
    const clock = readOnly('no reason');
    const before = Date.now();
    const time = Number(clock.now()) / 1e6;
    // Anchored at a turn of Date.now(): never early, late by what one call of it takes.
    expect(time).toBeGreaterThan(before - 1);
    expect(time).toBeLessThan(Date.now() + 2);
    expect(clock.precision).toBeLessThan(1e-3);
  });

  test('turns its millisecond when Date.now() does', () => {
    const clock = readOnly('no reason');
    const errors = Array.from({ length: 20 }, () => {
      const before = Date.now();
      while (Date.now() === before);
      return Math.abs(Number(clock.now() - BigInt(Date.now()) * 1_000_000n));
    });
    expect(Math.min(...errors)).toBeLessThan(200_000);
  });

  test('follows when another program sets the clock', () => {
    const clock = readOnly('no reason');
    const realNow = Date.now.bind(Date);
    const spy = vi.spyOn(Date, 'now').mockImplementation(() => realNow() + 3_600_000);
    const { time } = clock.read();
    spy.mockRestore();
    expect(Number(time / 1_000_000n) - Date.now()).toBeGreaterThan(3_590_000);
  });

  test('says why it cannot', () => {
    const clock = readOnly('koffi is not installed');
    const refusal = expect.objectContaining({
      kind: 'unsupported',
      message: 'the clock cannot be set: koffi is not installed',
    });
    expect(() => clock.step(1)).toThrow(refusal);
    expect(() => clock.slew(1)).toThrow(refusal);
    expect(() => clock.declareSynchronized({ maxError: 1, estimatedError: 1 })).toThrow(refusal);
    expect(clock.status()).toEqual({});
    expect(clock.bootId()).toBeUndefined();
  });
});
