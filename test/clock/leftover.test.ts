// What a stopped time service has left in the kernel is ended before a slew, and nothing else is changed. The kernel here
// is its NTP state machine in miniature (kernel/time/ntp.c); the guests of `npm run test:vm` are the real one.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endLeftover } from '../../src/clock/leftover.ts';
import type { Timex, TimexRequest } from '../../src/clock/timex.ts';

const STA = { PLL: 1, PPSFREQ: 2, PPSTIME: 4, FLL: 8, INS: 0x10, UNSYNC: 0x40, FREQHOLD: 0x80, NANO: 0x2000 };
const STEERING = STA.PLL | STA.PPSFREQ | STA.PPSTIME | STA.FLL | STA.FREQHOLD;
/** Bits that the kernel alone changes. */
const READ_ONLY = 0xff00;

/** A kernel with this status and this much left to apply; `changes` counts the calls that change something. */
function kernel(status: number, offset: bigint) {
  const state = { status, offset, freq: 12_345n, changes: 0 };
  function adjust(_attempt: string, request: TimexRequest): Timex {
    if (request.modes !== 0) state.changes += 1;
    if (request.modes & 0x10) {
      const wanted = request.status ?? 0;
      if (state.status & STA.PLL && !(wanted & STA.PLL)) state.status &= ~STA.NANO;
      state.status = (state.status & READ_ONLY) | (wanted & ~READ_ONLY);
    }
    if (request.modes & 0x2000) state.status |= STA.NANO;
    if (request.modes & 0x2) state.freq = request.freq ?? 0n;
    if (request.modes & 0x1 && state.status & STA.PLL) {
      state.offset = request.offset ?? 0n;
      if (!(state.status & STA.FREQHOLD)) state.freq += state.offset;
    }
    const rest = { maxerror: 0n, esterror: 0n, seconds: 0n, fraction: 0n, tick: 10_000n };
    return { ...rest, offset: state.offset, freq: state.freq, status: state.status };
  }
  return { state, adjust };
}

const statuses = fc
  .subarray(Object.values(STA))
  .map(bits => bits.reduce((status, bit) => status | bit, 0))
  .map(status => status | 0x0800);

test('nothing steers the clock afterwards; frequency, unit, leap second and synchronization stay', () => {
  fc.assert(
    fc.property(statuses, fc.bigInt({ min: -500_000_000n, max: 500_000_000n }), (status, offset) => {
      const { state, adjust } = kernel(status, offset);
      endLeftover(adjust, 'slew');
      expect(state).toMatchObject({ offset: 0n, freq: 12_345n, status: status & ~STEERING });
    }),
  );
});

test('where an earlier run left nothing, nothing is changed', () => {
  fc.assert(
    fc.property(statuses, status => {
      const { state, adjust } = kernel(status & ~STEERING, 0n);
      endLeftover(adjust, 'slew');
      expect(state.changes).toBe(0);
    }),
  );
});
