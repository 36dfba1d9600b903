// Servers from which this clock diverges by as much as a kernel can correct: none is dropped for it, the bound covers
// the true offset, and a liar among them is still found.

import { expect, test } from 'vitest';
import { habitual } from '../field/bench.ts';
import { judge, type RunOptions } from './bench.ts';
import { type Behavior, lie } from './server.ts';

const PACES = {
  'next door': { samples: 4, interval: 0.1 },
  'two seconds apart': { samples: 3, interval: 2 },
} satisfies Record<string, RunOptions>;

/** A server that is right at the first request and gains `ppm` from then on. */
function gaining(ppm: number): Behavior {
  return habitual({ rate: ppm, rootDelay: 0, rootDispersion: 0.0001 });
}

const cases = Object.entries(PACES).flatMap(([pace, asking]) =>
  [78, -100, 300, -500].map(ppm => [pace, ppm, asking] as const),
);

test.each(cases)('alone, %s, %d ppm', async (_pace, ppm, asking) => {
  const { report, rows, code, attempts = 1 } = await judge([gaining(ppm)], asking);
  // Its clock gains at most this much until the decision.
  const gained = Math.abs(ppm) * 1e-6 * (asking.samples * asking.interval + 1);
  expect(rows[0]!.verdict).toBe('system-peer');
  expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound! + gained);
  expect({ code, attempts }).toEqual({ code: 4, attempts: 1 });
});

test.each(cases)('three servers and one that lies by a second; %s, %d ppm', async (_pace, ppm, asking) => {
  const { rows, code } = await judge([gaining(ppm), lie(1), gaining(ppm), gaining(ppm)], asking);
  expect(rows.map(({ verdict }) => verdict === 'falseticker')).toEqual([false, true, false, false]);
  expect(code).toBe(4);
});
