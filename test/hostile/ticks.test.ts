// Servers whose stamps are coarser than their precision byte says: none is dropped for it, the bound covers the truth, and a
// liar among them is still found.

import { expect, test } from 'vitest';
import { habitual } from '../field/bench.ts';
import { judge } from './bench.ts';
import { type Behaviour, lie } from './server.ts';

/** A right server that cuts its stamps to this, in seconds, and claims a microsecond. */
function ticking(tick: number, cuts: 'both' | 'receive' = 'both'): Behaviour {
  return habitual({ tick, cuts, rootDelay: 0, rootDispersion: 0.0001 });
}

const asking = { samples: 8, interval: 0.043 };
const ticks = [1, 0.1, 0.05, 0.02, 0.015625, 0.01, 0.004, 0.001] as const;

test.each(ticks)('alone, ticks of %d s', async tick => {
  const { report, rows, code, attempts = 1 } = await judge([ticking(tick)], asking);
  expect(rows[0]!.verdict).toBe('system-peer');
  expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
  expect({ code, attempts }).toEqual({ code: 4, attempts: 1 });
});

test.each(ticks)('only the receive time ticks, by %d s', async tick => {
  const { report, rows } = await judge([ticking(tick, 'receive')], asking);
  expect(rows[0]!.verdict).toBe('system-peer');
  expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
});

test.each(ticks)('three with ticks of %d s, and one that lies by nine seconds', async tick => {
  const servers = [ticking(tick), ticking(tick), lie(9), ticking(tick)];
  const { report, rows } = await judge(servers, asking);
  expect(rows.map(({ verdict }) => verdict === 'falseticker')).toEqual([false, false, true, false]);
  expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
});
