// The sentences of a check.

import { expect, test } from 'vitest';
import { worstFirst } from '../../../src/report/fleet/fleet-order.ts';
import { plainDuration, rangeWords, totalsOf } from '../../../src/report/fleet/fleet-words.ts';
import { checked, EVERY_VERDICT, target, within } from '../../support/fleet.ts';

const silent = target({ verdict: 'no-answer', severity: 'unknown', reading: null });
const off = target({ verdict: 'off', severity: 'critical' });

test.each([
  [[], 'No clock was checked.'],
  [[target()], 'The clock is right.'],
  [[target(), target()], 'Both clocks are right.'],
  [[off, off, off], 'All 3 clocks are off.'],
  [[off, target()], '1 of 2 clocks is off.'],
  [EVERY_VERDICT, '4 of 11 clocks are off, 1 not synchronized, 1 uncertain, 4 without answer.'],
  [[silent, target()], '1 of 2 clocks does not answer.'],
])('the totals of case %# are said', (targets, words) => {
  expect(totalsOf(checked(targets))).toBe(words);
});

test('an interruption is said first', () => {
  expect(totalsOf(checked([off, target()], { kind: 'interrupted' }))).toBe(
    'Interrupted: 1 of 2 clocks is off.',
  );
});

test.each([
  [within(0.1), 'over ± 100 ms'],
  [{ from: -1, to: 2, inside: false }, 'outside -1 s … +2 s'],
  [{ from: -Infinity, to: 2, inside: false }, 'over +2 s'],
  [{ from: -0.5, to: Infinity, inside: false }, 'under -500 ms'],
  [{ from: -1, to: 1, inside: true }, 'within -1 s … +1 s'],
  [{ from: 0, to: Infinity, inside: true }, 'within 0 s … any more'],
  [{ from: -Infinity, to: Infinity, inside: false }, 'never'],
])('the range %j is said as %j', (range, words) => {
  expect(rangeWords(range)).toBe(words);
});

test.each([
  [0, '0 s'],
  [0.1, '100 ms'],
  [1.5, '1.5 s'],
  [3600, '3600 s'],
  [2.5e-5, '25 µs'],
])('%f s is %j', (s, words) => {
  expect(plainDuration(s)).toBe(words);
});

test('the worst come first: by severity, then by what was found, then by the size of the offset', () => {
  const small = target({ host: 'small', verdict: 'off', severity: 'warning', reading: { offset: 0.2 } });
  const large = target({ host: 'large', verdict: 'off', severity: 'critical', reading: { offset: -5 } });
  const larger = target({ host: 'larger', verdict: 'off', severity: 'critical', reading: { offset: 50 } });
  const order = worstFirst([target({ host: 'fine' }), silent, small, large, larger]).map(
    ({ target: { host } }) => host,
  );
  expect(order).toEqual(['larger', 'large', 'small', '10.0.0.5', 'fine']);
});
