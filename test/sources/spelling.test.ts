import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closest, closestWord, edits, editsOfOption } from '../../src/sources/spelling.ts';

test('an exchange of two neighboring letters is one edit', () => {
  expect([edits('qeury', 'query'), edits('query', 'query'), edits('qry', 'query'), edits('', 'rtc')]).toEqual(
    [1, 0, 2, 3],
  );
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
      expect(edits(a, b)).toBe(edits(b, a));
      expect(edits(a, b) === 0).toBe(a === b);
      expect(edits(a, b)).toBeLessThanOrEqual(Math.max([...a].length, [...b].length));
    }),
  );
});

test('the closest of the known words is found, and none that is farther than its limit', () => {
  const known = ['server', 'serve', 'pool'];
  expect(closest('servee', known, () => 2)).toBe('server');
  expect(closest('servex', ['server', 'serve'], () => 1)).toBe('server');
  expect(closest('pxxl', known, () => 2)).toBe('pool');
  expect(closest('pxxl', known, () => 1)).toBeUndefined();
  expect(closest('anything', [], () => 9)).toBeUndefined();
});

test('a long name of an option may have two mistypes, a short one may have one', () => {
  expect(['timeout', 'interval', 'max-offset'].map(editsOfOption)).toEqual([1, 2, 2]);
});

test.each([
  ['srever', 'server'],
  ['POOL', 'pool'],
  ['pol', 'pool'],
  ['poo', 'pool'],
  ['p', undefined],
  ['nts', undefined],
  ['serverxxx', undefined],
])('%s is taken for %s', (word, meant) => {
  expect(closestWord(word, ['server', 'pool', 'key'])).toBe(meant);
});
