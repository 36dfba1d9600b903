// The rate of the Linux clock. The kernel here is its NTP state machine in miniature (kernel/time/ntp.c), and this machine's
// own is read; the guests of `npm run test:vm` have real ones to set.

import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openClock } from '../../src/clock/index.ts';
import { rateStateOf, setRate } from '../../src/clock/linux-rate.ts';
import type { Timex, TimexRequest } from '../../src/clock/timex.ts';
import { isSameRate, rateOf } from '../../src/ntp/drift/kernel-rate.ts';

const STA = { PLL: 1, PPSFREQ: 2, PPSTIME: 4, FLL: 8, INS: 0x10, UNSYNC: 0x40, FREQHOLD: 0x80, NANO: 0x2000 };
const STEERING = STA.PLL | STA.PPSFREQ | STA.PPSTIME | STA.FLL | STA.FREQHOLD;
const MAXFREQ = 500n * 65_536n;
const REST = { maxerror: 0n, esterror: 0n, seconds: 0n, fraction: 0n };

/** A kernel with this status and this much left to apply; `most` is the largest frequency that it grants. */
function kernel({ status = 0, offset = 0n, most = MAXFREQ } = {}) {
  const state = { status, offset, freq: 12_345n, tick: 10_001n };
  const requests: TimexRequest[] = [];
  function adjust(_attempt: string, request: TimexRequest): Timex {
    requests.push(request);
    if (request.modes & 0x10) state.status = request.status!;
    if (request.modes & 0x2)
      state.freq = request.freq! > most ? most : request.freq! < -most ? -most : request.freq!;
    if (request.modes & 0x1 && state.status & STA.PLL) state.offset = request.offset!;
    if (request.modes & 0x4000) state.tick = request.tick!;
    return { ...REST, ...state };
  }
  return { state, adjust, requests };
}

const anyRate = fc
  .record({
    frequency: fc.double({ min: -500, max: 500, noNaN: true }),
    tick: fc.integer({ min: 9000, max: 11_000 }),
  })
  .map(rate => ({ ...rate, frequency: Math.round(rate.frequency * 65_536) / 65_536 }));
const anyStatus = fc.subarray(Object.values(STA)).map(bits => bits.reduce((status, bit) => status | bit, 0));

describe('the rate of the Linux clock', () => {
  test('is set by frequency and tick in one call, and read back the same', () => {
    fc.assert(
      fc.property(anyRate, rate => {
        const { adjust, requests } = kernel();
        setRate(adjust, rate);
        const changes = requests.filter(({ modes }) => modes !== 0);
        expect(changes).toEqual([{ modes: 0x4002, freq: expect.anything(), tick: BigInt(rate.tick) }]);
        expect(isSameRate(rateStateOf(adjust('', { modes: 0 })).rate, rate)).toBe(true);
      }),
    );
  });

  test('is no longer steered by what a stopped time service left; leap second and synchronization stay', () => {
    fc.assert(
      fc.property(
        anyStatus,
        fc.bigInt({ min: -500_000n, max: 500_000n }),
        anyRate,
        (status, offset, rate) => {
          const { adjust, state } = kernel({ status, offset });
          setRate(adjust, rate);
          expect(state).toMatchObject({ offset: 0n, status: status & ~STEERING });
          expect(rateStateOf({ ...REST, ...state }).loops).toEqual([]);
          expect(isSameRate(rateStateOf({ ...REST, ...state }).rate, rate)).toBe(true);
        },
      ),
    );
  });

  test('that the kernel limits silently is an error, and the former rate holds', () => {
    const { adjust, state } = kernel({ most: 100n * 65_536n });
    expect(() => setRate(adjust, { frequency: -250, tick: 10_000 })).toThrow(
      expect.objectContaining({
        name: 'ClockError',
        kind: 'failed',
        message: "cannot set the clock's rate to -250.000 ppm: the kernel made it -100.000 ppm",
      }),
    );
    expect(state).toMatchObject({ freq: 12_345n, tick: 10_001n });
  });

  test.each([
    { frequency: 500.1, tick: 10_000 },
    { frequency: Number.NaN, tick: 10_000 },
    { frequency: 0, tick: 8999 },
    { frequency: 0, tick: 11_001 },
    { frequency: 0, tick: 10_000.5 },
  ])('$frequency ppm with a tick of $tick µs is refused before the kernel hears of it', rate => {
    const { adjust, requests } = kernel();
    expect(() => setRate(adjust, rate)).toThrow(expect.objectContaining({ kind: 'invalid' }));
    expect(requests).toEqual([]);
  });

  test.each([
    ['no loop', { status: STA.UNSYNC | STA.INS, offset: 0n }, []],
    ['no loop that has nothing left to apply', { status: STA.PLL | STA.FLL | STA.NANO, offset: 0n }, []],
    ['PLL, though it is switched off', { status: STA.UNSYNC, offset: -3n }, ['PLL']],
    ['PPS for the frequency', { status: STA.PPSFREQ, offset: 0n }, ['PPS']],
    ['PPS for the time, and PLL', { status: STA.PLL | STA.PPSTIME, offset: 1n }, ['PPS', 'PLL']],
  ])('is steered by %s', (_, state, loops) => {
    expect(rateStateOf({ ...REST, freq: 0n, tick: 10_000n, ...state }).loops).toEqual(loops);
  });
});

describe.runIf(process.platform === 'linux')('the oscillator of this machine', async () => {
  const clock = await openClock();

  test('has a rate that is read without privilege, and is that of the status', () => {
    const { rate } = clock.rate!();
    expect(rateOf(rate)).toBe(clock.status().frequency);
    expect(Number.isInteger(rate.frequency * 65_536)).toBe(true);
    expect(rate.tick).toBeGreaterThanOrEqual(9000);
    expect(rate.tick).toBeLessThanOrEqual(11_000);
  });

  test('drives the wall clock at the rate that the kernel tells', async () => {
    const readings = () => Array.from({ length: 50 }, () => clock.readOscillator!());
    const tightest = () => readings().reduce((best, next) => (next.gap < best.gap ? next : best));
    const before = tightest();
    await sleep(500);
    const after = tightest();
    const raw = Number(after.raw - before.raw);
    const ppm = (1e6 * (Number(after.time - before.time) - raw)) / raw;
    const blur = (1e15 * (before.gap + after.gap)) / raw;
    const expected = rateOf(clock.rate!().rate) + 1e6 * (clock.status().slewRate ?? 0);
    expect(Math.abs(ppm - expected)).toBeLessThan(1 + blur);
  });
});
