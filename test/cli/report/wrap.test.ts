// Text in lines: at every width it ends, fits and is whole.

import { expect, test } from 'vitest';
import { breakWord, wrap } from '../../../src/cli/report/wrap.ts';

const TEXT = 'ntp.example.org:12300: ± 3 ms no reply to 4 requests';

test.each([1, 2, 3, 4, 5, 8, 40])('at %i columns nothing is lost, and no line is wider', width => {
  for (const hanging of [0, 1, 4]) {
    const lines = wrap(TEXT, width, hanging);
    expect(lines.filter(line => line.length > width)).toEqual([]);
    expect(lines.join('').replaceAll(' ', '')).toBe(TEXT.replaceAll(' ', ''));
    expect(breakWord('a.example', width, hanging).join('').replaceAll(' ', '')).toBe('a.example');
  }
});

test('lines after the first are indented', () => {
  expect(wrap('one two three', 9, 4)).toEqual(['one two', '    three']);
});
