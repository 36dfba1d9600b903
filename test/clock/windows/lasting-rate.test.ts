import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openWindows } from '../../../src/clock/windows/windows.ts';
import { isSameRate, kernelRateOf } from '../../../src/ntp/drift/kernel-rate.ts';
import {
  ADJUSTMENT,
  OLD,
  type RecordedWindows,
  rates,
  recordedWindows,
} from '../../support/recorded-windows.ts';

describe('a rate that lasts on Windows', () => {
  const set = (windows: RecordedWindows, frequency: number) =>
    openWindows(windows).setFrequency?.({ frequency, tick: 10_000 });
  const rateOn = (windows: RecordedWindows) => openWindows(windows).rate?.();

  test.each([
    [37.44, 374n],
    [-37.46, -375n],
    [500, 5000n],
    [-500, -5000n],
  ])('of %d ppm is kept and told in units of the clock', (ppm, units) => {
    const windows = recordedWindows();
    set(windows, ppm);
    expect(rates(windows)).toEqual([[ADJUSTMENT + units, 0]]);
    expect(rateOn(windows)).toEqual({
      rate: { frequency: expect.closeTo(Number(units) / 10, 9), tick: 10_000 },
      unit: 0.1,
      loops: [],
    });
  });

  test('is the one that was asked for, if that was rounded to its unit', () => {
    const clock = openWindows(recordedWindows());
    const { unit } = clock.rate!();
    fc.assert(
      fc.property(fc.double({ min: -500, max: 500, noNaN: true }), ppm => {
        const rate = kernelRateOf(ppm, unit);
        clock.setFrequency?.(rate);
        expect(isSameRate(clock.rate!().rate, rate)).toBe(true);
      }),
    );
  });

  test('of 0 is none: Windows may use its own mechanisms again', () => {
    const windows = recordedWindows();
    set(windows, 0.04);
    expect(rates(windows)).toEqual([[ADJUSTMENT, 1]]);
    expect(rateOn(windows)?.rate.frequency).toBe(0);
  });

  test('needs the privilege, and says what it is for', () => {
    const windows = recordedWindows({ GetLastError: () => 1300 });
    expect(() => set(windows, -20)).toThrow(
      expect.objectContaining({
        kind: 'not-permitted',
        message: expect.stringMatching(/^cannot set the clock's rate to -20\.000 ppm: Windows error 1300/),
      }),
    );
    expect(rates(windows)).toEqual([]);
  });

  test.each([
    { frequency: 0, tick: 10_001 },
    { frequency: 502, tick: 10_000 },
    { frequency: Number.NaN, tick: 10_000 },
  ])('of $frequency ppm with a tick of $tick is refused', rate => {
    const windows = recordedWindows();
    expect(() => openWindows(windows).setFrequency?.(rate)).toThrow(
      expect.objectContaining({ kind: 'invalid' }),
    );
    expect(rates(windows)).toEqual([]);
  });

  test('that Windows does not take is an error, and the former one is set again', () => {
    let calls = 0;
    const windows = recordedWindows({
      SetSystemTimeAdjustmentPrecise: ([units]) => {
        calls += 1;
        windows.turn({ adjustment: calls === 1 ? ADJUSTMENT + 100n : (units!.value as bigint) });
        return 1;
      },
    });
    expect(() => set(windows, 37.5)).toThrow(
      expect.objectContaining({ kind: 'failed', message: expect.stringContaining('+10.000 ppm') }),
    );
    expect(rateOn(windows)?.rate.frequency).toBeCloseTo(3, 9);
  });

  test('survives a slew, a step, and a slew whose process was killed', () => {
    const windows = recordedWindows();
    set(windows, 480);
    openWindows(windows).slew(-1).release();
    openWindows(windows).step(1);
    const slew = openWindows(windows).slew(1);
    expect(rateOn(windows)?.rate.frequency).toBeCloseTo(480, 9);
    windows.killedBefore(() => slew.release());
    expect(rateOn(windows)?.rate.frequency).toBeCloseTo(480, 9);
    openWindows(windows).step(1);
    expect(rates(windows).at(-1)).toEqual([ADJUSTMENT + 4800n, 0]);
  });

  test('replaces what a killed slew has left', () => {
    const windows = recordedWindows();
    const slew = openWindows(windows).slew(1);
    windows.killedBefore(() => slew.release());
    set(windows, 20);
    expect(rates(windows).at(-1)).toEqual([ADJUSTMENT + 200n, 0]);
    expect(openWindows(windows).status()).toEqual({ frequency: expect.closeTo(20, 9), slewRate: 0 });
  });

  test('as large as the slew that a killed run has left, is not taken for it', () => {
    const windows = recordedWindows({}, { adjustment: ADJUSTMENT, disabled: true });
    const slew = openWindows(windows).slew(1);
    windows.killedBefore(() => slew.release());
    set(windows, 500);
    expect(rateOn(windows)?.rate.frequency).toBeCloseTo(500, 9);
    openWindows(windows).step(1);
    expect(rates(windows).at(-1)).toEqual([ADJUSTMENT + 5000n, 0]);
  });

  test('set during a slew, lets it continue and holds after it', () => {
    const windows = recordedWindows();
    const clock = openWindows(windows);
    const slew = clock.slew(0.05);
    windows.pass(40);
    clock.setFrequency?.({ frequency: 20, tick: 10_000 });
    expect(rates(windows).at(-1)).toEqual([ADJUSTMENT + 5200n, 0]);
    expect(clock.rate?.().rate.frequency).toBeCloseTo(20, 9);
    expect(clock.status()).toMatchObject({ slewRate: 500e-6, slewRemaining: expect.closeTo(0.03, 9) });
    windows.pass(20);
    expect(slew.remaining()).toBeCloseTo(0.02, 9);
    slew.release();
    expect(rates(windows).at(-1)).toEqual([ADJUSTMENT + 200n, 0]);
  });

  test('is absent with the old functions, whose units are 6 ppm', () => {
    const clock = openWindows(recordedWindows(OLD));
    for (const name of ['rate', 'setFrequency']) expect(clock).not.toHaveProperty(name);
    expect(clock.readOscillator?.().gap).toBeGreaterThan(0);
  });
});
