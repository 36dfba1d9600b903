import { describe, expect, test, vi } from 'vitest';
import { openWindows } from '../../../src/clock/windows/windows.ts';
import { difference, elapsed, unixTimeOf } from '../../../src/ntp/time.ts';
import { type Answer, type RecordedLibrary, recordedLibrary } from '../../support/recorded-library.ts';

const FILETIME_OF_1970 = 116_444_736_000_000_000n;
const ADJUSTMENT = 10_000_000n;

interface Rate {
  readonly adjustment: bigint;
  readonly disabled?: boolean;
}

interface RecordedWindows extends RecordedLibrary {
  /** Lets `seconds` pass on the clock that stands still in sleep, and on the wall clock at its rate. */
  pass(seconds: number): void;
  /** Another program sets the rate. */
  turn(rate: Rate): void;
}

/** In a real Windows 10 they are nowhere else. */
const HOMES = {
  GetSystemTimeAdjustmentPrecise: 'kernelbase.dll',
  SetSystemTimeAdjustmentPrecise: 'kernelbase.dll',
  QueryUnbiasedInterruptTimePrecise: 'kernelbase.dll',
};

const FOUND: Rate = { adjustment: ADJUSTMENT + 30n };

/**
 * A Windows 10, as administrator, whose clock's rate is `rate` until it is set. Wall time goes on by 0.1 ms a reading and by
 * `pass`, the other clock only by `pass`.
 */
function recordedWindows(
  answers: Readonly<Record<string, Answer | undefined>> = {},
  rate: Rate = FOUND,
): RecordedWindows {
  // 2026-11-21T12:10:23.0005Z
  let filetime = FILETIME_OF_1970 + 17_952_630_230_005_000n;
  let uptime = 0n;
  let { adjustment, disabled = false } = rate;
  const getRate =
    (scale: bigint): Answer =>
    args => {
      args[0]!.memory!.setBigUint64(0, adjustment / scale, true);
      args[1]!.memory!.setBigUint64(0, ADJUSTMENT / scale, true);
      args[2]!.memory!.setInt32(0, disabled ? 1 : 0, true);
      return 1;
    };
  const setRate =
    (scale: bigint): Answer =>
    ([units, off]) => {
      adjustment = BigInt(units!.value as bigint) * scale;
      disabled = off!.value === 1;
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
    GetSystemTimeAdjustmentPrecise: getRate(1n),
    SetSystemTimeAdjustmentPrecise: setRate(1n),
    // 15.625 ms in units of 100 ns.
    GetSystemTimeAdjustment: getRate(64n),
    SetSystemTimeAdjustment: setRate(64n),
    RegGetValueW: args => {
      args[5]!.memory!.setUint32(0, 42, true);
      return 0;
    },
    ...answers,
  };
  const present = Object.entries(all).filter((entry): entry is [string, Answer] => entry[1] !== undefined);
  return {
    ...recordedLibrary(Object.fromEntries(present), HOMES),
    pass: seconds => {
      const units = BigInt(Math.round(seconds * 1e7));
      uptime += units;
      filetime += disabled ? units : (units * adjustment) / ADJUSTMENT;
    },
    turn: to => {
      ({ adjustment, disabled = false } = to);
    },
  };
}

/** The words of the SYSTEMTIME that was set. */
function systemTime(windows: RecordedLibrary): readonly number[] {
  const memory = windows.callsOf('SetSystemTime')[0]![0] as DataView;
  return Array.from({ length: 8 }, (_, i) => memory.getUint16(2 * i, true));
}

const OLD = { GetSystemTimeAdjustmentPrecise: undefined, SetSystemTimeAdjustmentPrecise: undefined };

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

describe('the rate that a killed tsntp has left on Windows', () => {
  /** The rates that it may have left: of a slew forward or backward, on top of none, and of what it had found. */
  const LEFT: readonly (readonly [bigint, bigint, number])[] = [
    [5000n, 0n, 1],
    [-5000n, 0n, 1],
    [5030n, 30n, 0],
    [-4970n, 30n, 0],
  ];

  test.each(LEFT)('of %d units is taken back by a step, before it sets the time', (left, found, off) => {
    const windows = recordedWindows({}, { adjustment: ADJUSTMENT + left });
    openWindows(windows).step(1);
    expect(rates(windows)).toEqual([[ADJUSTMENT + found, off]]);
    const names = windows.calls.map(call => call.name);
    expect(names.indexOf('SetSystemTimeAdjustmentPrecise')).toBeLessThan(names.indexOf('SetSystemTime'));
  });

  test.each(LEFT)('of %d units is taken back by a slew, and not added to', (left, found, off) => {
    const windows = recordedWindows({}, { adjustment: ADJUSTMENT + left });
    const slew = openWindows(windows).slew(-0.05);
    windows.pass(40);
    expect(slew.remaining()).toBeCloseTo(-0.03, 9);
    slew.release();
    expect(rates(windows)).toEqual([
      [ADJUSTMENT + found - 5000n, 0],
      [ADJUSTMENT + found, off],
    ]);
  });

  test.each([1n, -1n])('is known in the units of the old functions, %d times 78', sign => {
    const windows = recordedWindows(OLD, { adjustment: ADJUSTMENT + sign * 78n * 64n });
    openWindows(windows).step(1);
    expect(windows.callsOf('SetSystemTimeAdjustment')).toEqual([[156_250n, 1]]);
  });

  test.each<[string, Rate]>([
    ['a correction of 350 ppm', { adjustment: ADJUSTMENT + 3500n }],
    ['one of 650 ppm', { adjustment: ADJUSTMENT - 6500n }],
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

  test.each<[Rate, number]>([
    [{ adjustment: ADJUSTMENT + 5000n }, 500e-6],
    [{ adjustment: ADJUSTMENT - 4970n }, -500e-6],
    [FOUND, 0],
    [{ adjustment: ADJUSTMENT - 3000n }, 0],
    [{ adjustment: 0n, disabled: true }, 0],
  ])('is told, and no rate is taken for steps of the clock: %o', (rate, slewRate) => {
    const windows = recordedWindows({}, rate);
    const clock = openWindows(windows);
    windows.pass(3600);
    expect(clock.status().slewRate).toBe(slewRate);
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
    const windows = recordedWindows({}, { adjustment: ADJUSTMENT + 5000n });
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
