// Servers whose clocks run at another rate than ours, tick coarsely or say little of their precision: taken, with a bound
// that covers the truth.

import { describe, expect, test } from 'vitest';
import { field, type Habits, measured } from './bench.ts';

/** What tsntp measures of one server with these habits. */
async function ask(habits: Habits, options = '') {
  const { tsntp } = await field({ A: habits });
  return measured(await tsntp(`-q ${options} --format json A`));
}

describe.each<[row: string, options: string, from: number, to: number, habits: Habits]>([
  [
    'prec0-small-server: precision byte 0, exact stamps',
    '',
    1,
    1.2,
    {
      ...{ version: 3, stratum: 2, precision: 0, rootDelay: 0, rootDispersion: 0, refid: 0 },
      ...{ reference: 5, ahead: 2.5, poll: 10 },
    },
  ],
  [
    'prec-counted-once: 0.25 s',
    '',
    0.25,
    0.3,
    { precision: -2, rootDelay: 0.002, rootDispersion: 0.002, ahead: 1 },
  ],
  ['prec-below-32: precision byte 0x80', '', 0.001, 0.05, { precision: -128, ahead: 0.5 }],
])('%s', (_, options, from, to, habits) => {
  test('is taken, and the precision counts once', async () => {
    const { offset, errorBound } = await ask(habits, options);
    expect(Math.abs(offset - habits.ahead!)).toBeLessThan(0.05);
    expect(errorBound).toBeGreaterThanOrEqual(from);
    expect(errorBound).toBeLessThanOrEqual(to);
  });
});

test.each([1, 9, 127])('guard-prec: a precision of 2^%d s is refused', async precision => {
  const { tsntp } = await field({ A: { precision } });
  const { code, stdout, stderr } = await tsntp('-q A');
  expect(code).toBe(3);
  expect(stdout + stderr).toContain(`precision 2^${precision} s, allowed is up to 2^0`);
});

// A clock of 10 ms now and then shows nothing but tenths or whole seconds, and its bound is theirs.
const router: Habits = { stratum: 3, precision: 0, rootDelay: 0.02, rootDispersion: 0.01, ahead: 100 };
const small: Habits = { precision: -6, rootDelay: 0.03125, rootDispersion: 0.046875, ahead: 100 };

test.each<[row: string, options: string, from: number, to: number, habits: Habits]>([
  ['router-1s', '', 1, 2.1, { ...router, tick: 1 }],
  ['router-1s-t2', '', 1, 2.1, { ...router, tick: 1, cuts: 'receive' }],
  ['router-1s at 2 s', '-p 3 --interval 2', 1, 2.1, { ...router, tick: 1 }],
  ['whole-seconds-prec-6', '', 0.3, 2.1, { ...small, version: 4, tick: 1, reference: 0 }],
  ['whole seconds of T2 alone, precision 2^-6', '', 0.3, 2.1, { ...small, tick: 1, cuts: 'receive' }],
  ['whole seconds in one sample', '-p 1', 0.3, 2.1, { ...small, tick: 1 }],
  ['tick-10ms', '', 0.01, 0.06, { precision: -20, tick: 0.01, rootDispersion: 0.01, ahead: 100 }],
  ['tick-10ms-wide', '-p 8 --interval 0.037', 0.005, 0.05, { precision: -20, tick: 0.01, ahead: 100 }],
  ['tick-10ms in one sample', '-p 1', 0.005, 1.5, { precision: -20, tick: 0.01, ahead: 100 }],
  [
    'tick-1ms',
    '-p 8',
    0.001,
    // A busy host that holds back one of the eight replies by 80 ms adds 16 ms of jitter.
    0.02,
    { precision: -20, tick: 0.001, rootDelay: 0, rootDispersion: 0.001, ahead: 100 },
  ],
  ['a tick of 15.6 ms', '-p 8 --interval 0.037', 0.005, 0.06, { tick: 0.0156, ahead: 100 }],
  ['a tick of 1/64 s', '', 0.005, 0.06, { tick: 1 / 64, ahead: 100 }],
  ['a tick of 1/60 s', '-p 8 --interval 0.037', 0.005, 0.06, { tick: 1 / 60, ahead: 100 }],
  ['a tick of 4 ms', '-p 6 --interval 0.037', 0.002, 0.02, { tick: 0.004, ahead: 100 }],
  ['a tick of 0.2 s', '-p 5 --interval 0.3', 0.05, 0.5, { tick: 0.2, ahead: 100 }],
  [
    'whole seconds of any phase',
    '-p 3 --interval 2',
    0.3,
    1.1,
    { tick: 1, phase: 0.345_678_901, ahead: 100 },
  ],
  ['half seconds late, as it seems', '-p 4 --interval 2', 0.3, 1.1, { tick: 1, phase: 0.5, ahead: 100 }],
  [
    'a tick of 10 ms of T2 alone, of any phase',
    '',
    0.003,
    0.2,
    { tick: 0.01, phase: 0.003_456_78, cuts: 'receive', ahead: 100 },
  ],
  ['rate-400ppm', '--interval 1', 0.005, 0.1, { rate: 400, rootDispersion: 0.005, ahead: 5 }],
  ['a clock 300 ppm slow', '-p 3 --interval 2', 0.001, 0.02, { rate: -300, ahead: 5 }],
  ['stamp-noise', '-p 8', 0.003, 0.05, { precision: -18, noise: 0.003, rootDispersion: 0.003, ahead: 5 }],
])('%s: the bound covers the truth', async (_, options, from, to, habits) => {
  const { offset, errorBound } = await ask(habits, options);
  expect(Math.abs(offset - habits.ahead!)).toBeLessThanOrEqual(errorBound);
  expect(errorBound).toBeGreaterThanOrEqual(from);
  expect(errorBound).toBeLessThanOrEqual(to);
});

test.each([30, -30, 3])('guard-clock-moved: by %d s within the burst', async by => {
  const { tsntp } = await field({ A: { ahead: 2, moves: { after: 2, to: 2 + by } } });
  const { code, stdout, stderr } = await tsntp('-q A');
  expect(code).toBe(3);
  expect(stdout + stderr).toContain('samples contradict each other');
});
