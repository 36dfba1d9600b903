import { describe, expect, test } from 'vitest';
import { openWindows } from '../../../src/clock/windows/windows.ts';
import { difference, elapsed } from '../../../src/ntp/time.ts';
import type { Answer } from '../../support/recorded-library.ts';
import {
  ADJUSTMENT,
  afterKilledSlew,
  FOUND,
  OLD,
  type Rate,
  type RecordedWindows,
  rates,
  recordedWindows,
  settings,
} from '../../support/recorded-windows.ts';

describe('the rate that a killed tsntp has left on Windows', () => {
  const NOMINAL: Rate = { adjustment: ADJUSTMENT, disabled: true };
  /** Slews forward and backward, on top of none, and of rates that were found. */
  const LEFT: readonly (readonly [number, bigint, Rate])[] = [
    [1, 5000n, NOMINAL],
    [-1, -5000n, NOMINAL],
    [1, 5030n, FOUND],
    [-1, -4970n, FOUND],
    [1, 9000n, { adjustment: ADJUSTMENT + 4000n }],
  ];

  test.each(LEFT)('by a slew of %d s, of %d units, is taken back by a step', (offset, left, found) => {
    const windows = afterKilledSlew(offset, found);
    const before = settings(windows).length;
    expect(settings(windows)[0]).toEqual([ADJUSTMENT + left, 0]);
    openWindows(windows).step(1);
    expect(settings(windows).slice(before)).toEqual([[found.adjustment, found.disabled ? 1 : 0]]);
    const names = windows.calls.map(call => call.name);
    expect(names.lastIndexOf('SetSystemTimeAdjustmentPrecise')).toBeLessThan(names.indexOf('SetSystemTime'));
    openWindows(windows).step(1);
    expect(settings(windows)).toHaveLength(before + 1);
  });

  test.each(LEFT)('by a slew of %d s, of %d units, is not added to by a slew', (offset, _, found) => {
    const windows = afterKilledSlew(offset, found);
    const before = settings(windows).length;
    const slew = openWindows(windows).slew(-0.05);
    windows.pass(40);
    expect(slew.remaining()).toBeCloseTo(-0.03, 9);
    slew.release();
    expect(settings(windows).slice(before)).toEqual([
      [found.adjustment - 5000n, 0],
      [found.adjustment, found.disabled ? 1 : 0],
    ]);
  });

  test('is taken back in the units of the old functions', () => {
    const windows = afterKilledSlew(-1, { adjustment: ADJUSTMENT }, OLD);
    expect(openWindows(windows).status().slewRate).toBeCloseTo(-78 / 156_250, 12);
    openWindows(windows).step(1);
    expect(settings(windows).at(-1)).toEqual([156_250n, 0]);
  });

  test.each<[string, Rate]>([
    ['a correction as large as a slew', { adjustment: ADJUSTMENT + 5000n }],
    ['one as large the other way', { adjustment: ADJUSTMENT - 5000n }],
    ['one that is switched off', { adjustment: ADJUSTMENT + 5000n, disabled: true }],
  ])('is not %s', (_, rate) => {
    const windows = recordedWindows({}, rate);
    const clock = openWindows(windows);
    expect(clock.status().slewRate).toBe(0);
    clock.step(1);
    expect(rates(windows)).toEqual([]);
    clock.slew(1).release();
    expect(rates(windows).at(-1)).toEqual([rate.adjustment, rate.disabled ? 1 : 0]);
  });

  test('is not a rate that another program has set since', () => {
    const windows = afterKilledSlew(1, NOMINAL);
    windows.turn({ adjustment: ADJUSTMENT + 5001n });
    const before = settings(windows).length;
    openWindows(windows).step(1);
    expect(settings(windows)).toHaveLength(before);
    expect(openWindows(windows).status().slewRate).toBe(0);
  });

  test('is taken back once: the same rate is left alone if another program sets it later', () => {
    const windows = afterKilledSlew(1, NOMINAL);
    openWindows(windows).step(1);
    windows.turn({ adjustment: ADJUSTMENT + 5000n });
    expect(openWindows(windows).status().slewRate).toBe(0);
  });

  test('is noted in a key that does not outlast the boot, before the rate is changed, until it is restored', () => {
    const windows = recordedWindows();
    const slew = openWindows(windows).slew(1);
    const [root, path, , , options] = windows.callsOf('RegCreateKeyExW')[0]!;
    expect([root, path, options]).toEqual([0x80000002, 'SOFTWARE\\tsntp\\slew', 1]);
    const [key, name, , type, , size] = windows.callsOf('RegSetValueExW')[0]!;
    expect([key, name, type, size]).toEqual([0x99n, 'rate', 3, 32]);
    expect(windows.callsOf('RegCloseKey')).toEqual([[0x99n]]);
    slew.release();
    const names = windows.calls.map(call => call.name);
    expect(names.indexOf('RegSetValueExW')).toBeLessThan(names.indexOf('SetSystemTimeAdjustmentPrecise'));
    expect(names.lastIndexOf('RegDeleteKeyValueW')).toBeGreaterThan(
      names.lastIndexOf('SetSystemTimeAdjustmentPrecise'),
    );
  });

  test('cannot be told where the registry may not be written, and the slew goes on', () => {
    const windows = recordedWindows({ RegCreateKeyExW: () => 5 });
    const slew = openWindows(windows).slew(0.05);
    windows.pass(40);
    expect(slew.remaining()).toBeCloseTo(0.03, 9);
    slew.release();
    expect(rates(windows).at(-1)).toEqual([FOUND.adjustment, 0]);
    expect(windows.callsOf('RegSetValueExW')).toEqual([]);
  });

  test.each<[Rate, number, number]>([
    [NOMINAL, 1, 500e-6],
    [FOUND, -1, -500e-6],
    [FOUND, 0, 0],
    [{ adjustment: ADJUSTMENT - 3000n }, 0, 0],
    [NOMINAL, 0, 0],
  ])('is told, and no rate is taken for steps of the clock: %o, slew %d s', (rate, offset, slewRate) => {
    const windows = offset === 0 ? recordedWindows({}, rate) : afterKilledSlew(offset, rate);
    const clock = openWindows(windows);
    windows.pass(3600);
    expect(clock.status().slewRate).toBeCloseTo(slewRate, 12);
    const before = clock.read();
    windows.pass(6);
    const after = clock.read();
    expect(elapsed(after.monotonic, before.monotonic)).toBeCloseTo(
      // The reading itself takes 0.1 ms.
      difference(after.time, before.time) - 1e-4,
      6,
    );
  });

  test('reset by another program, changes the monotonic clock from then on, and not before', () => {
    const windows = afterKilledSlew(1, NOMINAL);
    const clock = openWindows(windows);
    windows.pass(1000);
    clock.status();
    const first = clock.monotonic();
    windows.pass(100);
    clock.status();
    windows.turn({ adjustment: ADJUSTMENT, disabled: true });
    expect(elapsed(clock.monotonic(), first)).toBeCloseTo(100.05, 9);
    expect(clock.status().slewRate).toBe(0);
    expect(elapsed(clock.monotonic(), first)).toBeCloseTo(100.05, 9);
    windows.pass(100);
    expect(elapsed(clock.monotonic(), first)).toBeCloseTo(200.05, 9);
  });
});

describe('a slew that Windows refuses', () => {
  const refusing = (refuses: () => boolean): Readonly<Record<string, Answer>> => ({
    SetSystemTimeAdjustmentPrecise: ([units]) => {
      if (refuses()) return 0;
      windows.turn({ adjustment: units!.value as bigint });
      return 1;
    },
    GetLastError: () => 87,
  });
  let windows: RecordedWindows;

  test('leaves no note: the same rate, set by another program, is not taken for it', () => {
    windows = recordedWindows(refusing(() => true));
    expect(() => openWindows(windows).slew(1)).toThrow(expect.objectContaining({ kind: 'invalid' }));
    windows.turn({ adjustment: ADJUSTMENT + 5030n });
    expect(openWindows(windows).status().slewRate).toBe(0);
  });

  test('leaves the note of one that a killed run has left', () => {
    let refuses = false;
    windows = recordedWindows(refusing(() => refuses));
    const slew = openWindows(windows).slew(1);
    windows.killedBefore(() => slew.release());
    refuses = true;
    expect(() => openWindows(windows).slew(-1)).toThrow(expect.objectContaining({ kind: 'invalid' }));
    expect(openWindows(windows).status().slewRate).toBeCloseTo(500e-6, 12);
  });
});
