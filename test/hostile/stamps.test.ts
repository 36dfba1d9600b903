// T1 to T4 in the report: finer than a millisecond, in order, and consistent with the offset.

import { expect, test } from 'vitest';
import { judge } from './bench.ts';
import { reply } from './server.ts';

test('timestamps of eight exchanges with a local server are finer than a millisecond and in order', async () => {
  const { rows, report } = await judge([reply({ rootDispersion: 0 })], { samples: 8 });
  const { samples } = rows[0]!;
  expect(samples).toHaveLength(8);
  const fractions = samples.flatMap(({ t1, t4 }) => [t1, t4].map(time => time.slice(-7, -1)));
  // By chance, one in a million ends in zeros; with Date.now, all would.
  expect(fractions.filter(digits => digits === '000000').length).toBeLessThan(4);
  for (const { t1, t2, t3, t4, offset } of samples) {
    expect(t1 < t4 && t2 <= t3).toBe(true);
    const [a, b, c, d] = [t1, t2, t3, t4].map(nanosecondsOfHour) as [number, number, number, number];
    expect(offset).toBeCloseTo((b - a + (c - d)) / 2e9, 6);
  }
  expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
});

/** Nanoseconds since the start of the hour. */
function nanosecondsOfHour(instant: string): number {
  const [, minute, second, fraction] = /:(\d\d):(\d\d)\.(\d{9})Z$/.exec(instant)!;
  return (Number(minute) * 60 + Number(second)) * 1e9 + Number(fraction);
}
