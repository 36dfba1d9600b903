import { describe, expect, test } from 'vitest';
import { filesIn, filesMatching, isPattern } from '../../src/sources/includes.ts';
import { filesOf } from './files-of.ts';

const files = filesOf({
  '/c/b.conf': '',
  '/c/a.conf': '',
  '/c/.hidden.conf': '',
  '/c/note': '',
  '/c/d/a.conf': '',
  '/c/e/a.conf': '',
  '/c/e/a+conf': '',
  '/x/a.conf': '',
  '/x/z.conf': '',
});

describe('include PATTERN', () => {
  test.each([
    ['*.conf', ['/c/a.conf', '/c/b.conf']],
    ['?.conf', ['/c/a.conf', '/c/b.conf']],
    ['[!a].conf', ['/c/b.conf']],
    ['[ab].conf', ['/c/a.conf', '/c/b.conf']],
    ['.*', ['/c/.hidden.conf']],
    ['e/a+*', ['/c/e/a+conf']],
    ['e/a.c*', ['/c/e/a.conf']],
    ['*.list', []],
    ['named-alone', ['/c/named-alone']],
  ])('%s matches %j', (pattern, paths) => {
    expect(filesMatching(pattern, '/c', files)).toEqual(paths);
  });

  test.each([
    ['a*', true],
    ['a?', true],
    ['[ab]', true],
    ['a.conf', false],
  ])('%s is a pattern: %s', (path, is) => {
    expect(isPattern(path)).toBe(is);
  });
});

test('of files of one name in several folders the first folder has it, and all are sorted by name', () => {
  expect(filesIn(['/c', '/x'], '.conf', files)).toEqual(['/c/a.conf', '/c/b.conf', '/x/z.conf']);
  expect(filesIn(['/x', '/c'], '.conf', files)).toEqual(['/x/a.conf', '/c/b.conf', '/x/z.conf']);
  expect(filesIn(['/none'], '.conf', files)).toEqual([]);
});
