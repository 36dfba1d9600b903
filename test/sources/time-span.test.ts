import { expect, test } from 'vitest';
import { secondsOf } from '../../src/sources/time-span.ts';

test.each([
  ['5', 5],
  ['0.5', 0.5],
  ['5s', 5],
  ['1min 30s', 90],
  ['1min30s', 90],
  ['2 h', 7200],
  ['500ms 250us', 0.50025],
  ['1M', 30.44 * 86_400],
  ['infinity', Infinity],
  ['', undefined],
  ['s', undefined],
  ['5 parsecs', undefined],
  ['-5', undefined],
  ['1e3', undefined],
])('the span %j has %s seconds', (span, seconds) => {
  expect(secondsOf(span)).toBe(seconds);
});
