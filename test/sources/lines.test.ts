import { describe, expect, test } from 'vitest';
import { joinedLines, significantLines, wordsOf } from '../../src/sources/lines.ts';

const line = (text: string) => ({ text, from: 'f:1' });

describe('the lines of a list', () => {
  test('have the numbers that an editor shows, whatever ends them', () => {
    expect(significantLines('\uFEFFa\r\n\n  b # c\rd', 'f')).toEqual([
      { text: 'a', from: 'f:1' },
      { text: 'b', from: 'f:3' },
      { text: 'd', from: 'f:4' },
    ]);
  });

  test.each(['# a', '  ! a', '; a', '% a', '', '   '])('%j is none', text => {
    expect(significantLines(text, 'f')).toEqual([]);
  });

  test('a comment begins outside quotation marks only', () => {
    expect(significantLines('keys "/a #b" # c\n"never closed # d', 'f').map(({ text }) => text)).toEqual([
      'keys "/a #b"',
      '"never closed # d',
    ]);
  });
});

describe('lines that a backslash joins', () => {
  const joined = (text: string) => joinedLines(text, 'f').map(({ text, from }) => `${from} ${text}`);

  test('stand where the first of them stands', () => {
    expect(joined('a\\\n b\nc')).toEqual(['f:1 a  b', 'f:3 c']);
  });

  test('skip a comment between them, which a backslash does not continue', () => {
    expect(joined('a \\\n# note \\\n; note\n b\nc')).toEqual(['f:1 a   b', 'f:5 c']);
    expect(joined('# note \\\nNTP=a')).toEqual(['f:2 NTP=a']);
  });

  test('end with the text', () => {
    expect(joined('a \\')).toEqual(['f:1 a']);
    expect(joined('\\')).toEqual([]);
  });
});

test.each([
  ['a  b\tc', ['a', 'b', 'c']],
  ['keys "/a b" c', ['keys', '/a b', 'c']],
  ['a "" b', ['a', '', 'b']],
  ['a "b', ['a', 'b']],
])('%j has the words %j', (text, words) => {
  expect(wordsOf(line(text))).toEqual(words);
});
