import { describe, expect, test, vi } from 'vitest';
import { openWindows } from '../../src/clock/windows.ts';
import { unixTimeOf } from '../../src/ntp/time.ts';
import { type Answer, type RecordedLibrary, recordedLibrary } from '../support/recorded-library.ts';

const FILETIME_OF_1970 = 116_444_736_000_000_000n;
const ADJUSTMENT = 10_000_000n;

interface RecordedWindows extends RecordedLibrary {
  /** Lets `seconds` pass on the clock that stands still in sleep. */
  pass(seconds: number): void;
}

/** A Windows 10, as administrator; wall time goes on by 0.1 ms a reading, the other clock only by `pass`. */
function recordedWindows(answers: Readonly<Record<string, Answer | undefined>> = {}): RecordedWindows {
  // 2026-11-21T12:10:23.0005Z
  let filetime = FILETIME_OF_1970 + 17_952_630_230_005_000n;
  let uptime = 0n;
  const fillRate =
    (adjustment: bigint, increment: bigint): Answer =>
    args => {
      args[0]!.memory!.setBigUint64(0, adjustment, true);
      args[1]!.memory!.setBigUint64(0, increment, true);
      args[2]!.memory!.setInt32(0, 0, true);
      return 1;
    };
  const all: Readonly<Record<string, Answer | undefined>> = {
    GetSystemTimePreciseAsFileTime: ([time]) => {
      filetime += 1000n;
      time!.memory!.setBigUint64(0, filetime, true);
      return undefined;
    },
    QueryUnbiasedInterruptTimePrecise: ([time]) => {
      time!.memory!.setBigUint64(0, uptime, true);
      return undefined;
    },
    SetSystemTime: () => 1,
    GetLastError: () => 0,
    GetCurrentProcess: () => -1,
    CloseHandle: () => 1,
    OpenProcessToken: ([, , token]) => {
      token!.memory!.setBigUint64(0, 0x1cn, true);
      return 1;
    },
    LookupPrivilegeValueW: ([, , luid]) => {
      luid!.memory!.setInt32(0, 12, true);
      luid!.memory!.setInt32(4, 7, true);
      return 1;
    },
    AdjustTokenPrivileges: () => 1,
    GetSystemTimeAdjustmentPrecise: fillRate(ADJUSTMENT + 30n, ADJUSTMENT),
    SetSystemTimeAdjustmentPrecise: () => 1,
    GetSystemTimeAdjustment: fillRate(156_250n, 156_250n),
    SetSystemTimeAdjustment: () => 1,
    RegGetValueW: args => {
      args[5]!.memory!.setUint32(0, 42, true);
      return 0;
    },
    ...answers,
  };
  const present = Object.entries(all).filter((entry): entry is [string, Answer] => entry[1] !== undefined);
  return {
    ...recordedLibrary(Object.fromEntries(present)),
    pass: seconds => {
      uptime += BigInt(Math.round(seconds * 1e7));
    },
  };
}

/** The words of the SYSTEMTIME that was set. */
function systemTime(windows: RecordedLibrary): readonly number[] {
  const memory = windows.callsOf('SetSystemTime')[0]![0] as DataView;
  return Array.from({ length: 8 }, (_, i) => memory.getUint16(2 * i, true));
}

const rates = (windows: RecordedLibrary) => windows.callsOf('SetSystemTimeAdjustmentPrecise');

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
      message: expect.stringMatching(/^cannot s.*Windows error 1300\. .*run as Administrator$/),
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
    const automatic: Answer = args => {
      args[0]!.memory!.setBigUint64(0, 0n, true);
      args[1]!.memory!.setBigUint64(0, ADJUSTMENT, true);
      args[2]!.memory!.setInt32(0, 1, true);
      return 1;
    };
    const windows = recordedWindows({ GetSystemTimeAdjustmentPrecise: automatic });
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
    const windows = recordedWindows({
      GetSystemTimeAdjustmentPrecise: undefined,
      SetSystemTimeAdjustmentPrecise: undefined,
    });
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
    expect(clock.status()).toEqual({ frequency: expect.closeTo(3, 6) });
    const slew = clock.slew(0.05);
    windows.pass(20);
    expect(clock.status().slewRemaining).toBeCloseTo(0.04, 9);
    slew.release();
  });
});
