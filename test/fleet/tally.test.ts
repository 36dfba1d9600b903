import { expect, test } from 'vitest';
import type { CheckedTarget, TargetVerdict } from '../../src/fleet/fleet-outcome.ts';
import { countsOf, endOf, type FailOn } from '../../src/fleet/tally.ts';

const READING = { via: 'ntp', address: '10.0.0.1', offset: 0, errorBound: 0, delay: 0, samples: 1 } as const;

function targetsWith(...verdicts: readonly TargetVerdict[]): readonly CheckedTarget[] {
  const target = { host: 'a', port: 123, from: 'command line' };
  return verdicts.map(verdict => ({ target, verdict, severity: 'ok', reading: READING }));
}

test('each verdict that occurs is counted', () => {
  expect(countsOf(targetsWith('right', 'off', 'right'))).toEqual({ right: 2, off: 1 });
});

test.each<[TargetVerdict, FailOn | undefined]>([
  ['right', undefined],
  ['off', 'off'],
  ['zone-off', 'off'],
  ['era-off', 'off'],
  ['frozen', 'off'],
  ['no-answer', 'unreachable'],
  ['unknown-name', 'unreachable'],
  ['rate-limited', 'unreachable'],
  ['refused', 'unreachable'],
  ['uncertain', 'uncertain'],
  ['unsynchronized', 'uncertain'],
])('a clock that is %s fails a check from %s on', (verdict, from) => {
  const levels: readonly FailOn[] = ['off', 'unreachable', 'uncertain'];
  const failing = levels.filter(level => endOf(targetsWith('right', verdict), level) !== 'all-right');
  expect(failing).toEqual(from === undefined ? [] : levels.slice(levels.indexOf(from)));
});

test('a check to which nothing answered is not all right', () => {
  const silent = targetsWith('no-answer').map(({ reading: _, ...rest }) => rest);
  expect(endOf(silent, 'off')).toBe('some-unknown');
  expect(endOf([], 'off')).toBe('some-unknown');
});

test('a clock that is off outweighs those whose time is not known', () => {
  expect(endOf(targetsWith('no-answer', 'uncertain', 'off'), 'uncertain')).toBe('some-off');
  expect(endOf(targetsWith('no-answer', 'right'), 'unreachable')).toBe('some-unknown');
});
