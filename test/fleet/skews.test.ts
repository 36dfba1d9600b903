import { expect, test } from 'vitest';
import type { CheckedTarget, TargetVerdict } from '../../src/fleet/fleet-outcome.ts';
import { skewsOf } from '../../src/fleet/skews.ts';

function off(offset: number, address: string, group?: string, verdict: TargetVerdict = 'off'): CheckedTarget {
  const target = { host: address, port: 123, from: 'list:1', ...(group !== undefined && { group }) };
  const reading = { via: 'ntp', address, offset, errorBound: 0.0002, delay: 0.001, samples: 5 } as const;
  return { target, verdict, severity: 'critical', reading };
}

test('clocks that are off by the same amount are a group, the largest first', () => {
  const found = skewsOf([
    off(5, '10.0.0.1'),
    off(-3600, '10.1.0.1', undefined, 'zone-off'),
    off(-3600.05, '10.1.0.2'),
    off(5.0005, '10.0.0.2'),
    off(-3599.99, '10.1.3.4'),
    off(77, '10.9.9.9'),
  ]);
  expect(found).toEqual([
    { offset: -3600, count: 3, where: ['10.1.0.0/24', '10.1.3.0/24'] },
    { offset: expect.closeTo(5.00025, 9), count: 2, where: ['10.0.0.0/24'] },
  ]);
});

test('small offsets are equal only within a millisecond and their bounds, large ones within a second', () => {
  expect(skewsOf([off(1.2, '10.0.0.1'), off(1.203, '10.0.0.2')])).toEqual([]);
  expect(skewsOf([off(-1e9, '10.0.0.1'), off(-1e9 + 2, '10.0.0.2')])).toEqual([]);
});

test('the groups of the list are named if every clock has one', () => {
  const gates = [off(9, '10.0.0.1', 'gates'), off(9, '10.0.0.2', 'cameras')];
  expect(skewsOf(gates)[0]?.where).toEqual(['cameras', 'gates']);
  expect(skewsOf([...gates, off(9, '10.0.0.3')])[0]?.where).toEqual(['10.0.0.0/24']);
});

test('clocks that are right, uncertain or unanswered are in no group', () => {
  const right = [off(0.01, '10.0.0.1', undefined, 'right'), off(0.01, '10.0.0.2', undefined, 'uncertain')];
  expect(skewsOf(right)).toEqual([]);
});
