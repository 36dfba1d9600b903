// Servers as they are on a LAN: they claim to be perfect, and are milliseconds apart.

import { expect, test } from 'vitest';
import { field, type Habits, measured } from './bench.ts';

const perfect = (ahead: number): Habits => ({ rootDelay: 0, rootDispersion: 0, ahead });

test.each([
  ['lan-two: two that claim perfection, 1.2 ms apart', [0.0006, -0.0006], 0, 0.0006],
  ['lan-two: 4 ms apart', [0.002, -0.002], 0, 0.002],
  ['lan-three: at 0, 3 and 6 ms', [0, 0.003, 0.006], 0.003, 0.0015],
  ['lan-three: at −4, 0 and 4 ms', [-0.004, 0, 0.004], 0, 0.002],
  ['lan-three: two are 3 ms apart, the third a second', [0, 0.003, 1], 0.0015, 0.0015],
  // On a busy machine noise of milliseconds makes agreement where there is none.
])('%s', { retry: 3 }, async (_id, ahead, truth, atLeast) => {
  const names = ['A', 'B', 'C'].slice(0, ahead.length);
  const { tsntp } = await field(Object.fromEntries(names.map((name, i) => [name, perfect(ahead[i]!)])));
  const { offset, errorBound } = measured(await tsntp(`-q --format json ${names.join(' ')}`));
  expect(Math.abs(offset - truth)).toBeLessThan(errorBound);
  expect(errorBound).toBeGreaterThanOrEqual(atLeast);
  expect(errorBound).toBeLessThan(0.02);
});

test.each([
  ['guard-two-apart: two servers 1 s apart', { A: {}, B: { ahead: 1 } }],
  ['guard-two-apart: two that claim perfection, 50 ms apart', { A: perfect(0), B: perfect(0.05) }],
])('%s', async (_id, servers: Readonly<Record<string, Habits>>) => {
  const { tsntp } = await field(servers);
  const { code, stdout } = await tsntp('-q --format json A B');
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ reason: 'no-majority' });
});
