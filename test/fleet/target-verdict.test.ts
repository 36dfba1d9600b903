import { describe, expect, test } from 'vitest';
import type { OwnReading } from '../../src/fleet/target-reading.ts';
import { isDoubtful, judgeTarget } from '../../src/fleet/target-verdict.ts';
import { defaultLimits } from '../../src/options/default-limits.ts';
import { NOW, readingAt } from '../support/builders.ts';

const anchor = readingAt(NOW);
const limits = defaultLimits();
const before = { offset: 5, errorBound: 0.01, at: anchor.monotonic };

/** The judgment on a reading that is so far from the reference, of which this clock is 5 s behind. */
function judge(offset: number, changes: Partial<OwnReading> = {}) {
  const reading: OwnReading = {
    kind: 'read',
    via: 'ntp',
    address: '10.0.0.5',
    offset: offset + before.offset,
    errorBound: 0.02,
    delay: 0.03,
    samples: 1,
    stratum: 2,
    leap: 0,
    at: anchor.monotonic,
    ...changes,
  };
  return judgeTarget(reading, { before, after: undefined, anchor, limits });
}

describe('the verdict on a clock', () => {
  test.each([
    [0.05, 'right', 'ok'],
    [-0.069, 'right', 'ok'],
    [0.09, 'uncertain', 'unknown'],
    [0.128, 'uncertain', 'unknown'],
    [0.131, 'off', 'warning'],
    [-0.5, 'off', 'warning'],
    [0.99, 'off', 'warning'],
    [1.5, 'off', 'critical'],
    [3600, 'zone-off', 'critical'],
  ])('that is %f s off, known to 30 ms, is %s', (offset, verdict, severity) => {
    expect(judge(offset)).toMatchObject({ verdict, severity });
  });

  test('has the offset and the bound from the reference', () => {
    const { reading } = judge(0.05);
    expect(reading).toMatchObject({ offset: expect.closeTo(0.05, 9), errorBound: expect.closeTo(0.03, 9) });
    expect(reading).not.toHaveProperty('at');
    expect(reading).not.toHaveProperty('kind');
  });

  test.each([
    [{ leap: 3 }, 'it says that it is not synchronized (leap 3)'],
    [{ stratum: 16 }, 'it says that it is not synchronized (stratum 16)'],
    [{ stratum: 0 }, 'it says that it is not synchronized (stratum 0)'],
  ] as const)('that says %o is unsynchronized, or off for that reason', (says, reason) => {
    expect(judge(0.01, says)).toMatchObject({ verdict: 'unsynchronized', severity: 'warning', reason });
    expect(judge(4, says)).toMatchObject({ verdict: 'off', severity: 'critical', reason });
  });

  test('that stands still is frozen, whatever it shows', () => {
    expect(judge(0, { frozen: true })).toMatchObject({ verdict: 'frozen', severity: 'critical' });
  });
});

test.each([
  ['no-answer', 'no-answer', 'critical'],
  ['refused', 'refused', 'critical'],
  ['unknown-name', 'unknown-name', 'critical'],
  ['rate-limited', 'rate-limited', 'unknown'],
  ['unusable', 'uncertain', 'unknown'],
] as const)('%s becomes the verdict %s', (kind, verdict, severity) => {
  const comparison = { before, after: undefined, anchor, limits };
  expect(judgeTarget({ kind, reason: 'why' }, comparison)).toEqual({ verdict, severity, reason: 'why' });
});

test('more replies can change a verdict of off or uncertain only', () => {
  expect([judge(0), judge(0, { leap: 3 }), judge(0.1), judge(2)].map(isDoubtful)).toEqual([
    false,
    false,
    true,
    true,
  ]);
});
