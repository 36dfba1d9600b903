import { describe, expect, test, vi } from 'vitest';
import { openWindows } from '../../../src/clock/windows/windows.ts';
import { unixTimeOf } from '../../../src/ntp/time.ts';
import type { RecordedLibrary } from '../../support/recorded-library.ts';
import { ADJUSTMENT, OLD, rates, recordedWindows } from '../../support/recorded-windows.ts';

/** The words of the SYSTEMTIME that was set. */
function systemTime(windows: RecordedLibrary): readonly number[] {
  const memory = windows.callsOf('SetSystemTime')[0]![0] as DataView;
  return Array.from({ length: 8 }, (_, i) => memory.getUint16(2 * i, true));
}

describe('the Windows clock', () => {
  test('counts from 1970', () => {
    const clock = openWindows(recordedWindows());
    const first = clock.now();
    expect(new Date(Number(first / 1_000_000n)).toISOString()).toMatch(/^2026-11-21T12:10:23/);
    expect(clock.now()).toBe(unixTimeOf(first + 100_000n));
    expect(clock.precision).toBe(1e-4);
  });

  test('a step sets a whole millisecond at the instant that it is due', () => {
    const windows = recordedWindows();
    const clock = openWindows(windows);
    clock.step(-2.25);
    const [year, month, weekday, day, hour, minute, second, milliseconds] = systemTime(windows);
    expect([year, month, weekday, day, hour, minute]).toEqual([2026, 11, 6, 21, 12, 10]);
    const setTo = BigInt(Date.UTC(year!, month! - 1, day, hour, minute, second, milliseconds)) * 1_000_000n;
    // The clock's next reading is 0.1 ms after the last before the call, which was the first not too early.
    const late = clock.now() - 2_250_000_000n - setTo;
    expect(late).toBeGreaterThanOrEqual(100_000n);
    expect(late).toBeLessThan(200_000n);
    expect(windows.calls.filter(call => call.name.includes('Time')).at(-2)?.name).toBe('SetSystemTime');
  });

  test('switches the privilege on before it sets anything', () => {
    const windows = recordedWindows();
    openWindows(windows).step(1);
    const names = windows.calls.map(call => call.name);
    expect(names.indexOf('AdjustTokenPrivileges')).toBeLessThan(names.indexOf('SetSystemTime'));
    expect(windows.callsOf('LookupPrivilegeValueW')[0]!.slice(0, 2)).toEqual([null, 'SeSystemtimePrivilege']);
    expect(windows.callsOf('OpenProcessToken')[0]!.slice(0, 2)).toEqual([-1, 0x28]);
    const [token, disableAll, state] = windows.callsOf('AdjustTokenPrivileges')[0]!;
    expect([token, disableAll]).toEqual([0x1cn, 0]);
    expect([0, 4, 8, 12].map(at => (state as DataView).getInt32(at, true))).toEqual([1, 12, 7, 2]);
    expect(windows.callsOf('CloseHandle')).toEqual([[0x1cn]]);
  });

  test('a privilege that is not there is an error although AdjustTokenPrivileges says yes', () => {
    const windows = recordedWindows({ GetLastError: () => 1300 });
    const clock = openWindows(windows);
    const refusal = expect.objectContaining({
      kind: 'not-permitted',
      message: expect.stringMatching(/^cannot s.*Windows error 1300\. .*Run as Administrator$/),
    });
    expect(() => clock.step(1)).toThrow(refusal);
    expect(() => clock.slew(1)).toThrow(refusal);
    expect(windows.callsOf('SetSystemTime')).toEqual([]);
    expect(rates(windows)).toEqual([]);
    expect(windows.callsOf('CloseHandle')).toHaveLength(2);
  });

  test.each([
    [5, 'not-permitted'],
    [1314, 'not-permitted'],
    [87, 'invalid'],
    [120, 'unsupported'],
    [1450, 'failed'],
  ])('error %d of SetSystemTime is %s', (code, kind) => {
    const clock = openWindows(recordedWindows({ SetSystemTime: () => 0, GetLastError: () => code }));
    expect(() => clock.step(1)).toThrow(expect.objectContaining({ name: 'ClockError', kind }));
  });

  test('finds the boot count, or does without', () => {
    expect(openWindows(recordedWindows()).bootId()).toBe('42');
    expect(openWindows(recordedWindows({ RegGetValueW: () => 2 })).bootId()).toBeUndefined();
  });

  test('its oscillator is the performance counter, halfway between two readings around the wall clock', () => {
    const clock = openWindows(recordedWindows());
    const first = clock.now();
    expect(clock.readOscillator?.()).toEqual({ time: first + 100_000n, raw: 100_000_750n, gap: 250e-9 });
  });
});

describe('a slew on Windows', () => {
  test.each([
    [0.05, ADJUSTMENT + 5030n],
    [-0.05, ADJUSTMENT - 4970n],
  ])('by %d s holds 500 ppm on top of the rate that it found', (offset, rate) => {
    const windows = recordedWindows();
    const slew = openWindows(windows).slew(offset);
    expect(rates(windows)).toEqual([[rate, 0]]);
    expect(slew.unattended).toBe(false);
    windows.pass(40);
    expect(slew.remaining()).toBeCloseTo(offset - Math.sign(offset) * 0.02, 9);
    slew.release();
  });

  test('interrupted, gives the rate back once, and says what was left', () => {
    const windows = recordedWindows();
    const slew = openWindows(windows).slew(0.05);
    windows.pass(60);
    slew.release();
    slew.release();
    expect(rates(windows).slice(1)).toEqual([[ADJUSTMENT + 30n, 0]]);
    windows.pass(60);
    expect(slew.remaining()).toBeCloseTo(0.02, 9);
  });

  test('ends by itself when it is done, and not before', async () => {
    const windows = recordedWindows();
    const slew = openWindows(windows).slew(2e-6);
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(rates(windows)).toHaveLength(1);
    windows.pass(0.004);
    await vi.waitFor(() => expect(rates(windows).slice(1)).toEqual([[ADJUSTMENT + 30n, 0]]));
    expect(slew.remaining()).toBe(0);
  });

  test('leaves the automatic adjustment on where it was', () => {
    const windows = recordedWindows({}, { adjustment: 0n, disabled: true });
    openWindows(windows).slew(1).release();
    expect(rates(windows)).toEqual([
      [ADJUSTMENT + 5000n, 0],
      [0n, 1],
    ]);
  });

  test.each([
    ['step', (clock: ReturnType<typeof openWindows>) => clock.step(1)],
    ['slew', (clock: ReturnType<typeof openWindows>) => clock.slew(0).release()],
  ])('is ended by a %s', (_, next) => {
    const windows = recordedWindows();
    const clock = openWindows(windows);
    clock.slew(0.05);
    next(clock);
    expect(rates(windows)[1]).toEqual([ADJUSTMENT + 30n, 0]);
    expect(rates(windows).at(-1)).toEqual([ADJUSTMENT + 30n, 0]);
  });

  test('works with the old functions, by the rate that their coarse units make', () => {
    const windows = recordedWindows(OLD, { adjustment: ADJUSTMENT });
    const slew = openWindows(windows).slew(-0.05);
    windows.pass(10);
    expect(slew.remaining()).toBeCloseTo(-0.05 + (10 * 78) / 156_250, 9);
    slew.release();
    expect(windows.callsOf('SetSystemTimeAdjustment')).toEqual([
      [156_250n - 78n, 0],
      [156_250n, 0],
    ]);
  });

  test.each([1000.1, -1e6, Number.NaN])('by %d s is refused', offset => {
    const windows = recordedWindows();
    expect(() => openWindows(windows).slew(offset)).toThrow(expect.objectContaining({ kind: 'invalid' }));
    expect(rates(windows)).toEqual([]);
  });

  test('the status tells the rate and what is left', () => {
    const windows = recordedWindows();
    const clock = openWindows(windows);
    expect(clock.status()).toEqual({ frequency: expect.closeTo(3, 6), slewRate: 0 });
    const slew = clock.slew(0.05);
    windows.pass(20);
    expect(clock.status()).toMatchObject({ slewRemaining: expect.closeTo(0.04, 9), slewRate: 500e-6 });
    slew.release();
    expect(clock.status().slewRate).toBe(0);
  });

  test('gives the rate back when the process ends otherwise, and listens to that no longer than it lasts', () => {
    const listeners = process.listeners('exit');
    const windows = recordedWindows();
    const slew = openWindows(windows).slew(0.05);
    const [atExit, ...others] = process.listeners('exit').filter(each => !listeners.includes(each));
    expect(others).toEqual([]);
    atExit!(1);
    expect(rates(windows).slice(1)).toEqual([[ADJUSTMENT + 30n, 0]]);
    expect(process.listeners('exit')).toEqual(listeners);
    slew.release();
    expect(rates(windows)).toHaveLength(2);
  });
});
