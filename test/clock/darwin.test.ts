import { describe, expect, test } from 'vitest';
import { slewDuration } from '../../src/clock/clock.ts';
import { openDarwin } from '../../src/clock/darwin.ts';
import { type Answer, fillTime, type RecordedLibrary, recordedLibrary } from '../support/recorded-library.ts';

const REALTIME = 0;
const MONOTONIC = 6;
const MONOTONIC_RAW = 4;
const UPTIME_RAW = 8;

/** A Mac whose clocks stand at these seconds, with wall time, which can be set, going on by a microsecond a reading. */
function recordedMac(
  clocks: Record<number, number> = {},
  answers: Readonly<Record<string, Answer>> = {},
  beforeSetting: () => void = () => {},
): RecordedLibrary {
  let microseconds = 1_700_000_000_000_000n;
  let grown = 0n;
  return recordedLibrary({
    clock_gettime: ([clock, time]) => {
      const id = clock!.value as number;
      if (id === REALTIME) fillTime(time, ++microseconds / 1_000_000n, (microseconds % 1_000_000n) * 1000n);
      else fillTime(time, 0n, BigInt(Math.round((clocks[id] ?? 0) * 1e9)));
      return 0;
    },
    settimeofday: ([time]) => {
      beforeSetting();
      microseconds = time!.memory!.getBigInt64(0, true) * 1_000_000n + time!.memory!.getBigInt64(8, true);
      return 0;
    },
    adjtime: () => 0,
    // Lets the maximum error grow; its result is TIME_ERROR as an errno.
    ntp_gettime: () => {
      grown += 10_000n;
      return -1;
    },
    ntp_adjtime: ([timex]) => {
      timex!.memory!.setInt32(40, 0x2041, true);
      timex!.memory!.setBigInt64(24, 490_000n + grown, true);
      timex!.memory!.setBigInt64(32, 1500n, true);
      return 5;
    },
    sysctlbyname: ([, uuid, length]) => {
      const text = 'A1B2C3D4-0000-4000-8000-123456789ABC\0';
      for (const [i, letter] of [...text].entries()) uuid!.memory!.setUint8(i, letter.charCodeAt(0));
      length!.memory!.setBigInt64(0, BigInt(text.length), true);
      return 0;
    },
    ...answers,
  });
}

function seconds(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e9;
}

/** struct timeval: seconds of 8 bytes, microseconds of 4, 4 of padding. */
function timeval(memory: unknown): readonly [number, number] {
  const view = memory as DataView;
  expect(view.getInt32(12, true)).toBe(0);
  return [Number(view.getBigInt64(0, true)), view.getInt32(8, true)];
}

describe('the macOS clock', () => {
  test.each([-2.25, 0.75])('a step by %d s sets the time once, and then ends a slew in progress', offset => {
    const mac = recordedMac();
    const clock = openDarwin(mac);
    const before = clock.now();
    clock.step(offset);
    expect(seconds(clock.now() - before)).toBeCloseTo(offset, 4);
    expect(mac.callsOf('settimeofday')).toHaveLength(1);
    const [time, zone] = mac.callsOf('settimeofday')[0]!;
    expect(timeval(time)).toEqual([1_699_999_999 + Math.floor(offset) + 1, expect.any(Number)]);
    expect(zone).toBeNull();
    expect(mac.calls.slice(-2).map(call => call.name)).toEqual(['adjtime', 'clock_gettime']);
    expect(timeval(mac.callsOf('adjtime')[0]![0])).toEqual([0, 0]);
  });

  test('a step that a busy machine holds up is set once more, from a clock that nothing sets', () => {
    const clocks: Record<number, number> = { [MONOTONIC_RAW]: 50 };
    const held = [0.19, 0.002, 0];
    const clock = openDarwin(recordedMac(clocks, {}, () => (clocks[MONOTONIC_RAW]! += held.shift()!)));
    const before = clock.now();
    clock.step(3.25);
    expect(held).toEqual([]);
    expect(seconds(clock.now() - before)).toBeCloseTo(3.25 + 0.192, 4);
  });

  test('a step aims at the middle of a slow reading', () => {
    // Each reading takes 10 ms of a clock that nothing sets, and of wall time.
    let now = 50_000_000_000n;
    let wall = 1_700_000_000_000_000_000n - now;
    const clock = openDarwin(
      recordedMac(
        {},
        {
          clock_gettime: ([clock, time]) => {
            now += 10_000_000n;
            const shown = clock!.value === REALTIME ? wall + now : now;
            fillTime(time, shown / 1_000_000_000n, shown % 1_000_000_000n);
            return 0;
          },
          settimeofday: ([time]) => {
            const [whole, rest] = timeval(time!.memory!);
            wall = BigInt(whole) * 1_000_000_000n + BigInt(rest) * 1000n - now;
            return 0;
          },
        },
      ),
    );
    const before = wall;
    clock.step(3.25);
    expect(seconds(wall - before)).toBeCloseTo(3.25, 5);
  });

  test.each([
    [0.05, 0, 50_000],
    [-0.05, -1, 950_000],
    [-2.25, -3, 750_000],
    [1.0000004, 1, 0],
    [0.0000006, 0, 1],
  ])('a slew by %d s is the timeval %d, %d', (offset, seconds, microseconds) => {
    const mac = recordedMac();
    openDarwin(mac).slew(offset);
    expect(timeval(mac.callsOf('adjtime')[0]![0])).toEqual([seconds, microseconds]);
  });

  test.each([
    [0.1, 0, 0.1],
    [0.1, 100, 0.05],
    [-0.1, 100, -0.05],
    [0.1, 201, 0],
    [3, 100, 2.5],
    [3, 400, 1],
    [-3, 1400, -0.5],
    [3, 5000, 0],
  ])(
    'of a slew by %d s, after %d s %d s are left: 5000 ppm down to a second, then 500 ppm',
    (offset, after, left) => {
      const clocks: Record<number, number> = { [MONOTONIC]: 50 };
      const slew = openDarwin(recordedMac(clocks)).slew(offset);
      clocks[MONOTONIC] = 50 + after;
      expect(slew.remaining()).toBeCloseTo(left, 9);
      expect(slew.unattended).toBe(true);
    },
  );

  test('its monotonic clock leaves out the time asleep', () => {
    const clock = openDarwin(recordedMac({ [MONOTONIC]: 5000, [MONOTONIC_RAW]: 4900, [UPTIME_RAW]: 1900 }));
    expect(clock.monotonic()).toBe(2_000_000_000_000n);
  });

  test('declaring it synchronized clears STA_UNSYNC alone', () => {
    const mac = recordedMac();
    openDarwin(mac).declareSynchronized({ maxError: 0.25, estimatedError: 0.001 });
    const timex = mac.callsOf('ntp_adjtime').at(-1)![0] as DataView;
    expect(timex.getInt32(0, true)).toBe(0x001c);
    expect(timex.getInt32(40, true)).toBe(0x2001);
    expect(timex.getBigInt64(24, true)).toBe(250_000n);
    expect(timex.getBigInt64(32, true)).toBe(1000n);
  });

  test('tells its status and its boot', () => {
    const clock = openDarwin(recordedMac());
    expect(clock.status()).toEqual({
      synchronized: false,
      maxError: 0.5,
      estimatedError: 0.0015,
      frequency: 0,
    });
    expect(clock.bootId()).toBe('A1B2C3D4-0000-4000-8000-123456789ABC');
    expect(openDarwin(recordedMac({}, { sysctlbyname: () => -1 })).bootId()).toBeUndefined();
  });

  test.each([
    [1, 'not-permitted'],
    [22, 'invalid'],
    [5, 'failed'],
  ])('errno %d is %s', (errno, kind) => {
    const refuse: Answer = () => mac.fail(errno);
    const mac = recordedMac({}, { settimeofday: refuse, adjtime: refuse, ntp_adjtime: refuse });
    const clock = openDarwin(mac);
    const refusal = expect.objectContaining({ name: 'ClockError', kind });
    expect(() => clock.step(1)).toThrow(refusal);
    expect(() => clock.slew(1)).toThrow(refusal);
    expect(() => clock.declareSynchronized({ maxError: 1, estimatedError: 1 })).toThrow(refusal);
  });

  test('without the superuser it says to use sudo, and a refused step leaves a slew in progress alone', () => {
    const refuse: Answer = () => mac.fail(1);
    const mac = recordedMac({}, { settimeofday: refuse, adjtime: refuse, ntp_adjtime: refuse });
    const clock = openDarwin(mac);
    const refusal = expect.objectContaining({
      kind: 'not-permitted',
      message: expect.stringContaining('sudo'),
    });
    expect(() => clock.step(1)).toThrow(refusal);
    expect(mac.callsOf('adjtime')).toEqual([]);
    expect(() => clock.slew(1)).toThrow(refusal);
    expect(clock.status()).toEqual({});
  });
});

test.each([
  [0.1, 'darwin', 200],
  [-1, 'darwin', 2000],
  [10, 'darwin', 3800],
  [10, 'linux', 20_000],
  [-10, 'win32', 20_000],
] as const)('a slew by %d s on %s takes %d s', (offset, platform, seconds) => {
  expect(slewDuration(offset, platform)).toBeCloseTo(seconds, 6);
});
