// The diff of two texts: it holds both of them, and leaves out only what has not changed.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineDiff } from '../../src/schedule/line-diff.ts';
import '../support/properties.ts';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 8 });

test('both texts can be read from their diff', () => {
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      fc.pre(before.join() !== after.join());
      const marked = lineDiff(text(before), text(after));
      fc.pre(!marked.includes('…'));
      const read = (mark: string) =>
        marked.filter(line => line[0] === ' ' || line[0] === mark).map(line => line.slice(1));
      expect(read('-')).toEqual(before);
      expect(read('+')).toEqual(after);
    }),
  );
});

const text = (of: readonly string[]) => of.map(line => `${line}\n`).join('');

test('a diff leaves out unchanged lines far from a change', () => {
  const before = text([...'abcdefgh']);
  expect(lineDiff(before, before.replace('h', 'H'))).toEqual(['…', ' f', ' g', '-h', '+H']);
  expect(lineDiff(before, before.replace('a', 'A'))).toEqual(['-a', '+A', ' b', ' c', '…']);
  expect(lineDiff(before, before)).toEqual([]);
});

test('the diff of an added or removed text is the whole text', () => {
  expect(lineDiff('', 'a\nb\n')).toEqual(['+a', '+b']);
  expect(lineDiff('a\r\nb\r\n', '')).toEqual(['-a', '-b']);
});
