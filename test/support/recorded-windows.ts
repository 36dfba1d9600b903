// A Windows 10 that does what the adapter asks of its clock, its rate and its registry, and writes it down.

import { openWindows } from '../../src/clock/windows/windows.ts';
import { type Answer, type RecordedLibrary, recordedLibrary } from './recorded-library.ts';

const FILETIME_OF_1970 = 116_444_736_000_000_000n;
export const ADJUSTMENT = 10_000_000n;
/** Of the performance counter, in Hz. */
const FREQUENCY = 10_000_000n;

export interface Rate {
  readonly adjustment: bigint;
  readonly disabled?: boolean;
}

export interface RecordedWindows extends RecordedLibrary {
  /** Lets `seconds` pass on the clock that stands still in sleep, and on the wall clock at its rate. */
  pass(seconds: number): void;
  /** Another program sets the rate. */
  turn(rate: Rate): void;
  /** Undoes what `action` does to the rate and the registry, as if the process had been killed right before it. */
  killedBefore(action: () => void): void;
}

/** In a real Windows 10 they are nowhere else. */
const HOMES = {
  GetSystemTimeAdjustmentPrecise: 'kernelbase.dll',
  SetSystemTimeAdjustmentPrecise: 'kernelbase.dll',
  QueryUnbiasedInterruptTimePrecise: 'kernelbase.dll',
};

export const FOUND: Rate = { adjustment: ADJUSTMENT + 30n };

/**
 * A Windows 10, as administrator, whose clock's rate is `rate` until it is set. Wall time goes on by 0.1 ms a reading and by
 * `pass`, the other clock only by `pass`.
 */
export function recordedWindows(
  answers: Readonly<Record<string, Answer | undefined>> = {},
  rate: Rate = FOUND,
): RecordedWindows {
  // 2026-11-21T12:10:23.0005Z
  let filetime = FILETIME_OF_1970 + 17_952_630_230_005_000n;
  let uptime = 0n;
  let counter = 1_000_000n;
  let { adjustment, disabled = false } = rate;
  let noted: Uint8Array | undefined;
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
    QueryPerformanceFrequency: ([frequency]) => {
      frequency!.memory!.setBigUint64(0, FREQUENCY, true);
      return 1;
    },
    QueryPerformanceCounter: ([count]) => {
      counter += 5n;
      count!.memory!.setBigUint64(0, counter, true);
      return 1;
    },
    RegGetValueW: ([, , name, , , data]) => {
      if (name!.value === 'BootId') data!.memory!.setUint32(0, 42, true);
      else if (noted) new Uint8Array(data!.memory!.buffer).set(noted);
      else return 2;
      return 0;
    },
    RegCreateKeyExW: ([, , , , , , , result]) => {
      result!.memory!.setBigUint64(0, 0x99n, true);
      return 0;
    },
    RegSetValueExW: ([, , , , data]) => {
      noted = new Uint8Array(data!.memory!.buffer.slice(0));
      return 0;
    },
    RegDeleteKeyValueW: () => {
      noted = undefined;
      return 0;
    },
    RegCloseKey: () => 0,
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
    killedBefore: action => {
      const before = { adjustment, disabled, noted };
      action();
      ({ adjustment, disabled, noted } = before);
    },
  };
}

export const OLD: Readonly<Record<string, undefined>> = {
  GetSystemTimeAdjustmentPrecise: undefined,
  SetSystemTimeAdjustmentPrecise: undefined,
};

export const rates = (windows: RecordedLibrary): readonly (readonly unknown[])[] =>
  windows.callsOf('SetSystemTimeAdjustmentPrecise');

/** Windows after a slew whose process was killed. */
export function afterKilledSlew(offset: number, found: Rate, functions = {}): RecordedWindows {
  const windows = recordedWindows(functions, found);
  const slew = openWindows(windows).slew(offset);
  windows.killedBefore(() => slew.release());
  return windows;
}

/** Every rate that was set, by the old functions or the precise ones. */
export const settings = (windows: RecordedLibrary): readonly (readonly unknown[])[] => [
  ...rates(windows),
  ...windows.callsOf('SetSystemTimeAdjustment'),
];
