// A hardware clock that is set and read back, over simulated chips: where a write starts the second, some time after or not
// at all. Time passes with each look at the clock and with each sleep, and only then.

import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Clock } from '../../../src/clock/clock.ts';
import { readOnly } from '../../../src/clock/read-only.ts';
import { setAndCheck } from '../../../src/clock/rtc/set-and-check.ts';
import type { Device } from '../../../src/clock/rtc/turn.ts';
import { monotonicTimeOf, unixTimeOf } from '../../../src/ntp/time.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: vi.fn(), setImmediate: async () => {} }));

const SECOND = 1_000_000_000n;
const START = 1_795_263_023n * SECOND + 123_456_789n;
/** How much a look at the clock takes. */
const LOOK = 100_000n;
const PATH = '/dev/rtc0';

let now: bigint;

beforeEach(() => {
  now = START;
  vi.mocked(setTimeout).mockImplementation(async (milliseconds = 0) => {
    now += BigInt(Math.round(milliseconds * 1e6));
  });
});
afterEach(() => {
  vi.mocked(setTimeout).mockReset();
});

const look = () => {
  now += LOOK;
  return unixTimeOf(now);
};
const clock: Clock = {
  ...readOnly('a test'),
  now: look,
  monotonic: () => monotonicTimeOf(now),
  read: () => ({ time: look(), monotonic: monotonicTimeOf(now) }),
};

interface Chip extends Device {
  /** How far it is ahead of the system clock, in seconds. */
  ahead(): number;
  writes(): number;
}

/** A chip that shows `count` of what `set` makes of a write; an hour behind at first. */
function chip(set: (to: bigint) => (at: bigint) => bigint): Chip {
  let shown = (at: bigint) => at - 3600n * SECOND;
  let written = 0;
  return {
    path: PATH,
    get: () => unixTimeOf((shown(now) / SECOND) * SECOND),
    setting: time => () => {
      written += 1;
      shown = set(time);
    },
    ahead: () => Number(shown(now) - now) / 1e9,
    writes: () => written,
  };
}

/** A write leaves it so much past the written time, in seconds. */
function following(part: number): Chip {
  return chip(to => {
    const written = now;
    return at => to + BigInt(Math.round(part * 1e9)) + at - written;
  });
}

/** Its second changes at `phase` of each; a write counts at once, or with the next second. */
function keeping(phase: number, when: 'at once' | 'with the next second'): Chip {
  const ticks = (at: bigint) => (at - START + SECOND * 1_000_000n - BigInt(Math.round(phase * 1e9))) / SECOND;
  const part = (at: bigint) => (at - START + SECOND * 1_000_000n - BigInt(Math.round(phase * 1e9))) % SECOND;
  return chip(to => {
    const first = ticks(now) + (when === 'at once' ? 0n : 1n);
    return at => to + (ticks(at) - first) * SECOND + part(at);
  });
}

describe('a chip whose second follows the write', () => {
  test.each([
    ['a CMOS clock', 0.5, 0.5],
    ['a clock on an I2C bus', 0, 0],
  ])('%s is right after one write', async (_, part, toTurn) => {
    const device = following(part);
    const { offset, keepsSecond } = await setAndCheck(device, clock, 0, toTurn);
    expect(Math.abs(offset)).toBeLessThan(1e-3);
    expect(Math.abs(device.ahead())).toBeLessThan(1e-3);
    expect(keepsSecond).toBe(false);
    expect(device.writes()).toBe(1);
  });

  test('one that is not known is right after a second write', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 0.999, noNaN: true }), async part => {
        const device = following(part);
        const { keepsSecond } = await setAndCheck(device, clock, 0, 0);
        expect(Math.abs(device.ahead())).toBeLessThan(0.02);
        expect(keepsSecond).toBe(false);
        expect(device.writes()).toBeLessThanOrEqual(2);
      }),
      { numRuns: 20 },
    );
  });

  test('gets the true time during a slew', async () => {
    const device = following(0);
    const { offset } = await setAndCheck(device, clock, 0.3, 0);
    expect(Math.abs(offset)).toBeLessThan(1e-3);
    expect(device.ahead()).toBeCloseTo(0.3, 2);
  });
});

describe('a chip that keeps its own second', () => {
  test.each(['at once', 'with the next second'] as const)(
    'shows the nearest, and what is left; a write counts %s',
    async when => {
      await fc.assert(
        fc.asyncProperty(
          fc.double({ min: 0, max: 0.999, noNaN: true }),
          fc.constantFrom(0, 0.5),
          async (phase, toTurn) => {
            const device = keeping(phase, when);
            const { offset, keepsSecond } = await setAndCheck(device, clock, 0, toTurn);
            expect(Math.abs(device.ahead())).toBeLessThan(0.53);
            expect(device.ahead()).toBeCloseTo(offset, 2);
            expect(keepsSecond).toBe(Math.abs(offset) > 0.02);
          },
        ),
        { numRuns: 20 },
      );
    },
  );
});

test('a chip that takes no time is an error that says how far it is off', async () => {
  const device = chip(() => at => at - 3600n * SECOND);
  await expect(setAndCheck(device, clock, 0, 0)).rejects.toThrow(
    /^the hardware clock \/dev\/rtc0 does not take the time that is written to it: 3600\.\d{3} s behind after 5 attempts$/,
  );
});

test('one late look does not make it write again', async () => {
  const device = following(0);
  let late = false;
  const slow: Clock = {
    ...clock,
    read() {
      if (device.writes() === 1 && !late && device.ahead() > -1 && now % SECOND < 2n * LOOK) {
        late = true;
        now += 50_000_000n;
      }
      return clock.read();
    },
  };
  const { offset } = await setAndCheck(device, slow, 0, 0);
  expect(late).toBe(true);
  expect(Math.abs(offset)).toBeLessThan(1e-3);
  expect(device.writes()).toBe(1);
});
