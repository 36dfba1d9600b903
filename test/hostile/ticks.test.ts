// Servers with coarser timestamps than their precision field claims: none is dropped for it, the bound covers the true
// offset, and a liar among them is still found.

import { expect, test } from 'vitest';
import { habitual } from '../field/bench.ts';
import { judge } from './bench.ts';
import { type Behavior, lie } from './server.ts';

/** An honest server that truncates its timestamps to this many seconds and claims a precision of a microsecond. */
function ticking(tick: number, cuts: 'both' | 'receive' = 'both'): Behavior {
  return habitual({ tick, cuts, rootDelay: 0, rootDispersion: 0.0001 });
}

const asking = { samples: 8, interval: 0.043 };
const ticks = [1, 0.1, 0.05, 0.02, 0.015625, 0.01, 0.004, 0.001] as const;

test.each(ticks)('one server with ticks of %d s', async tick => {
  const { report, rows, code, attempts = 1 } = await judge([ticking(tick)], asking);
  expect(rows[0]!.verdict).toBe('system-peer');
  expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
  expect({ code, attempts }).toEqual({ code: 4, attempts: 1 });
});

test.each(ticks)('one server whose receive time alone has ticks of %d s', async tick => {
  const { report, rows } = await judge([ticking(tick, 'receive')], asking);
  expect(rows[0]!.verdict).toBe('system-peer');
  expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
});

test.each(ticks)('three servers with ticks of %d s and one that lies by nine seconds', async tick => {
  const servers = [ticking(tick), ticking(tick), lie(9), ticking(tick)];
  const { report, rows } = await judge(servers, asking);
  expect(rows.map(({ verdict }) => verdict === 'falseticker')).toEqual([false, false, true, false]);
  expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
});
