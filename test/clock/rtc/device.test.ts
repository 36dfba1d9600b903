import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/clock/clock.ts';
import type { Foreign } from '../../../src/clock/ffi.ts';
import type { HardwareClock } from '../../../src/clock/hardware-clock.ts';
import { readOnly } from '../../../src/clock/read-only.ts';
import { openRtc, peekRtc } from '../../../src/clock/rtc/device.ts';
import { hardwareAhead, listRtcs } from '../../../src/clock/rtc/sysfs.ts';
import { monotonicTimeOf, unixTimeOf } from '../../../src/ntp/time.ts';
import { type RecordedLibrary, recordedLibrary } from '../../support/recorded-library.ts';

const RTC_RD_TIME = 0x80247009;
const RTC_SET_TIME = 0x4024700a;
/** 2026-11-21T12:10:23Z */
const START = 1_795_263_023_000_000_000n;

let root: string;
let rtc: HardwareClock | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tsntp-rtc-'));
});
afterEach(() => {
  rtc?.close();
  rtc = undefined;
  rmSync(root, { recursive: true });
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** A clock that starts 40 ms before `START` and goes on by 0.1 ms a reading, or by what `stall` says once. */
function steppingClock(stall = (_reading: number) => 100_000n): Clock {
  let time = START - 40_000_000n;
  let readings = 0;
  const now = () => {
    time += stall(++readings);
    return unixTimeOf(time);
  };
  const monotonic = () => monotonicTimeOf(time);
  return { ...readOnly('a test'), now, monotonic, read: () => ({ time: now(), monotonic: monotonic() }) };
}

/** The nine members of struct rtc_time. */
function members(memory: DataView): readonly number[] {
  return Array.from({ length: 9 }, (_, i) => memory.getInt32(4 * i, true));
}

/** Makes a device show an instant, in nanoseconds. */
function show(memory: DataView, time: bigint): void {
  const date = new Date(Number(time / 1_000_000n));
  const day = [date.getUTCDate(), date.getUTCMonth(), date.getUTCFullYear() - 1900];
  const fields = [date.getUTCSeconds(), date.getUTCMinutes(), date.getUTCHours(), ...day];
  for (const [i, field] of fields.entries()) memory.setInt32(4 * i, field, true);
}

/** The instant in the members of struct rtc_time, in nanoseconds. */
function instantIn([second, minute, hour, day, month, year]: readonly number[]): bigint {
  return BigInt(Date.UTC(year! + 1900, month!, day, hour, minute, second)) * 1_000_000n;
}

/**
 * A device that takes every time, and is then `past` it by so much, in nanoseconds; `writes` has what it was given, and
 * when by the clock. Before the first write it stands still.
 */
function recordedDevice(clock: Clock, past = 0n, onWrite = () => {}) {
  const writes: { readonly fields: readonly number[]; readonly at: bigint }[] = [];
  const library = recordedLibrary({
    ioctl: ([, request, memory]) => {
      const last = writes.at(-1);
      if (request!.value === RTC_SET_TIME) {
        writes.push({ fields: members(memory!.memory!), at: clock.now() });
        onWrite();
      } else if (last) show(memory!.memory!, instantIn(last.fields) + past + clock.now() - last.at);
      return 0;
    },
  });
  return { library, writes };
}

async function open(clock: Clock, library: Foreign): Promise<HardwareClock> {
  rtc = await openRtc(clock, { root, importKoffi: async () => library });
  return rtc;
}

describe('writing the hardware clock', () => {
  test.each([
    ['rtc_cmos rtc_cmos\n', 0, 500_000_000n],
    ['rtc_cmos 00:05\n', 0.3, 500_000_000n],
    ['rtc-ds1307 2-0068\n', -0.3, 0n],
    ['rk808-rtc\n', 100, 0n],
  ])(
    '%j turns its second when the true second does, %d s from the system clock',
    async (name, offset, toTurn) => {
      put('dev/rtc0', '');
      put('sys/class/rtc/rtc0/name', name);
      const clock = steppingClock();
      const { library, writes } = recordedDevice(clock, toTurn);
      const left = await (await open(clock, library)).write(offset);
      expect(left).toEqual({ offset: expect.closeTo(0, 3), keepsSecond: false });
      expect(writes).toHaveLength(1);
      const written = instantIn(writes[0]!.fields);
      expect(new Date(Number(written / 1_000_000n)).getUTCDay()).toBe(writes[0]!.fields[6]);
      const trueTime = writes[0]!.at + BigInt(offset * 1e9);
      // Seen up to 0.1 ms late by this clock, and read twice more before it is recorded.
      expect(trueTime - written - toTurn).toBeGreaterThanOrEqual(0n);
      expect(trueTime - written - toTurn).toBeLessThanOrEqual(300_000n);
    },
  );

  test('held up at the last moment, it waits for the next second', async () => {
    put('dev/rtc0', '');
    put('sys/class/rtc/rtc0/name', 'rtc-ds1307 2-0068\n');
    let stalled = false;
    const clock = steppingClock(reading => {
      const stall = reading > 300 && !stalled;
      stalled ||= stall;
      return stall ? 150_000_000n : 100_000n;
    });
    const { library, writes } = recordedDevice(clock);
    await (await open(clock, library)).write(0);
    expect(writes).toHaveLength(1);
    expect(writes[0]!.at % 1_000_000_000n).toBeLessThan(1_000_000n);
  });

  test('a machine that never looks in time gives up, and says so', async () => {
    put('dev/rtc0', '');
    put('sys/class/rtc/rtc0/name', 'rtc-ds1307 2-0068\n');
    const clock = steppingClock(() => 30_000_000n);
    const { library, writes } = recordedDevice(clock);
    const device = await open(clock, library);
    await expect(device.write(0)).rejects.toThrow(
      /was not written at the right moment in 10 attempts.*too busy/,
    );
    expect(writes).toEqual([]);
  }, 60_000);

  test('a clock that is set back meanwhile does not hold it up', async () => {
    put('dev/rtc0', '');
    put('sys/class/rtc/rtc0/name', 'rtc-ds1307 2-0068\n');
    const steady = steppingClock();
    let [readings, back] = [0, 0n];
    const now = () => {
      if (++readings === 20) back = 3_600_000_000_000n;
      return unixTimeOf(steady.now() - back);
    };
    const clock = { ...steady, now, read: () => ({ time: now(), monotonic: steady.monotonic() }) };
    const { library, writes } = recordedDevice(clock);
    await (await open(clock, library)).write(0);
    expect(readings).toBeGreaterThan(20);
    expect(writes.map(({ at }) => at % 1_000_000_000n < 1_000_000n)).toEqual([true]);
  });

  test('a system clock that stands still ends it with an error', async () => {
    put('dev/rtc0', '');
    put('sys/class/rtc/rtc0/name', 'rtc-ds1307 2-0068\n');
    const { library, writes } = recordedDevice(steppingClock());
    const device = await open(
      steppingClock(() => 0n),
      library,
    );
    await expect(device.write(0)).rejects.toThrow(/was not written at the right moment/);
    expect(writes).toEqual([]);
  });

  test.each([
    ['one that took long is written once more', 1, 2],
    ['where each takes long, the third stands', Number.POSITIVE_INFINITY, 3],
  ])('%s', async (_, slowWrites, expected) => {
    put('dev/rtc0', '');
    put('sys/class/rtc/rtc0/name', 'rtc-ds1307 2-0068\n');
    let slow = false;
    const clock = steppingClock(() => {
      const stall = slow ? 10_000_000n : 100_000n;
      slow = false;
      return stall;
    });
    const { library, writes } = recordedDevice(clock, 0n, () => {
      slow = writes.length <= slowWrites;
    });
    await (await open(clock, library)).write(0);
    expect(writes.map(({ fields }) => fields[0])).toEqual([23, 24, 25].slice(0, expected));
  });

  test('keeps local time if the third line of /etc/adjtime says so', async () => {
    put('dev/rtc0', '');
    put('etc/adjtime', '0.000000 1700000000 0.000000\n1700000000\nLOCAL\n');
    put('sys/class/rtc/rtc0/name', 'rtc-ds1307 2-0068\n');
    const zone = process.env.TZ;
    process.env.TZ = 'Asia/Kathmandu';
    try {
      const clock = steppingClock();
      const { library, writes } = recordedDevice(clock);
      const device = await open(clock, library);
      expect(device.utc).toBe(false);
      await device.write(0);
      const [, minute, hour] = writes[0]!.fields;
      // Five hours and three quarters ahead of UTC.
      expect([hour, minute]).toEqual([17, 55]);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});

describe('reading the hardware clock', () => {
  test('gives the new second at the moment that it turns', async () => {
    put('dev/rtc0', '');
    const clock = steppingClock();
    const library = recordedLibrary({
      ioctl: ([, request, memory]) => {
        expect(request!.value).toBe(RTC_RD_TIME);
        // A hardware clock exactly 10 s behind.
        show(memory!.memory!, clock.now() - 10_000_000_000n);
        return 0;
      },
    });
    const device = await open(clock, library);
    const { time, at } = await device.read();
    expect(time).toBe(START - 10_000_000_000n);
    expect(at.time - START).toBeGreaterThanOrEqual(0n);
    expect(at.time - START).toBeLessThanOrEqual(300_000n);
    expect(device).toMatchObject({ path: '/dev/rtc0', utc: true });
  });

  test('is an error where both clocks stand still', async () => {
    put('dev/rtc0', '');
    const { library } = recordedDevice(steppingClock());
    const device = await open(
      steppingClock(() => 0n),
      library,
    );
    await expect(device.read()).rejects.toThrow('stands still');
  });

  test('that stands still is an error', async () => {
    put('dev/rtc0', '');
    const { library } = recordedDevice(steppingClock());
    await expect(
      (
        await open(
          steppingClock(() => 10_000_000n),
          library,
        )
      ).read(),
    ).rejects.toThrow('the hardware clock /dev/rtc0 stands still: no new second in 2 s');
  });
});

describe('the hardware clock at a glance', () => {
  const clock = { now: () => unixTimeOf(START) };
  function shows(seconds: bigint, adjtime?: string): void {
    put('sys/class/rtc/rtc0/since_epoch', `${START / 1_000_000_000n + seconds}\n`);
    if (adjtime !== undefined) put('etc/adjtime', adjtime);
  }

  test.each([0n, -93_600n, 3n])('is %d s ahead, to half a second', seconds => {
    shows(seconds);
    expect(hardwareAhead(clock, root)).toBe(Number(seconds) + 0.5);
  });

  test('in local time is 3 s ahead, where the system clock is in the other half of the year, too', () => {
    const zone = process.env.TZ;
    process.env.TZ = 'Europe/Berlin';
    try {
      shows(3600n + 3n, '0.0 0 0\n0\nLOCAL\n');
      expect(hardwareAhead(clock, root)).toBe(3.5);
      const july = { now: () => unixTimeOf(START - 130n * 86_400n * 1_000_000_000n) };
      expect(hardwareAhead(july, root)).toBe(130 * 86_400 + 3.5);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  test('says nothing where there is none, or no time in it', () => {
    expect(hardwareAhead(clock, root)).toBeUndefined();
    put('sys/class/rtc/rtc0/since_epoch', '\n');
    expect(hardwareAhead(clock, root)).toBeUndefined();
    put('sys/class/rtc/rtc0/since_epoch', 'never\n');
    expect(hardwareAhead(clock, root)).toBeUndefined();
  });

  test('says nothing where it cannot be told whether it is local time, and to open it is an error', async () => {
    shows(0n);
    put('dev/rtc0', '');
    mkdirSync(join(root, 'etc/adjtime'), { recursive: true });
    expect(hardwareAhead(clock, root)).toBeUndefined();
    await expect(openRtc(readOnly('a test'), { root })).rejects.toThrow(
      /cannot tell whether the hardware clock keeps UTC or local time: EISDIR/,
    );
  });
});

describe('which hardware clock', () => {
  test('none is an error that says where it was looked for', async () => {
    await expect(openRtc(readOnly('a test'), { root })).rejects.toThrow(
      expect.objectContaining({
        kind: 'unsupported',
        message: 'no hardware clock: /dev/rtc0, /dev/rtc, /dev/misc/rtc are not there',
      }),
    );
    expect(listRtcs(root)).toEqual([]);
  });

  test('the first that is there; the others are named', async () => {
    put('sys/class/rtc/rtc10/name', 'b');
    put('sys/class/rtc/rtc2/name', 'a');
    put('dev/rtc', '');
    expect(listRtcs(root)).toEqual(['/dev/rtc2', '/dev/rtc10']);
    expect((await open(steppingClock(), recordedDevice(steppingClock()).library)).path).toBe('/dev/rtc');
    await expect(openRtc(readOnly('a test'), { root, path: '/dev/rtc1' })).rejects.toThrow(
      'no hardware clock: /dev/rtc1 is not there; there are /dev/rtc2, /dev/rtc10',
    );
  });

  test.each([
    [1, 'not-permitted'],
    [13, 'not-permitted'],
    [16, 'busy'],
    [22, 'unsupported'],
    [25, 'unsupported'],
    [5, 'failed'],
  ])('errno %d of the device is %s', async (errno, kind) => {
    put('dev/rtc0', '');
    put('sys/class/rtc/rtc0/name', 'rk808-rtc\n');
    const library: RecordedLibrary = recordedLibrary({ ioctl: () => library.fail(errno) });
    const device = await open(steppingClock(), library);
    await expect(device.read()).rejects.toThrow(expect.objectContaining({ name: 'ClockError', kind }));
    await expect(device.write(0)).rejects.toThrow(expect.objectContaining({ name: 'ClockError', kind }));
    device.close();
    device.close();
  });
});

test('on Windows there is nothing to do, even beside a file that looks like a hardware clock', async () => {
  put('dev/rtc0', '');
  const refusal = {
    kind: 'unsupported',
    message: expect.stringMatching(/^Windows keeps the hardware clock itself.*nothing to do$/),
  };
  await expect(openRtc(steppingClock(), { root, platform: 'win32' })).rejects.toMatchObject(refusal);
  await expect(peekRtc(steppingClock(), root, 'win32')).rejects.toMatchObject(refusal);
});
