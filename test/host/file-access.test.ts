// Windows has no modes: there the access list of a file says whether others could have written or read it. The modes of
// other systems are tested with what reads the files: state.test.ts, lock.test.ts, cookie-store.test.ts.

import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkReaders, checkWriters, type Judged } from '../../src/host/file-access.ts';
import type { AccessLists, AccessProblem } from '../../src/host/windows/access-lists.ts';
import { onLinux, scratch } from '../support/command.ts';

function file(): string {
  const path = join(scratch(), 'file');
  writeFileSync(path, '', { mode: 0o600 });
  return path;
}

const judged = (path: string): Judged => ({ path, stats: statSync(path) });

/** Access lists by which others can do what is `allowed` to them. */
function listsOf(allowed: 'read' | 'write' | 'nothing'): () => AccessLists {
  const problem = (_: string, forbidden: string): AccessProblem | undefined =>
    forbidden === allowed ? { what: 'is open to S-1-1-0', remedy: 'icacls' } : undefined;
  return () => ({ administrator: true, problem, makeFolder() {}, makeFile() {} });
}

describe.each([
  [
    'written',
    'write',
    (path: string, lists: () => AccessLists) => checkWriters(judged(path), undefined, 'win32', lists),
  ],
  ['read', 'read', (path: string, lists: () => AccessLists) => checkReaders(judged(path), 'win32', lists)],
] as const)('a file of Windows that others could have %s', (_, forbidden, check) => {
  test('is refused, with the command that helps', () => {
    const path = file();
    expect(() => check(path, listsOf(forbidden))).toThrow(
      `${path} is open to S-1-1-0: remove it, or run icacls`,
    );
    expect(() => check(path, listsOf('nothing'))).not.toThrow();
  });

  test('is refused if its access list cannot be read', () => {
    const unknown = () => {
      throw new Error('no access lists');
    };
    expect(() => check(file(), unknown)).toThrow('no access lists');
  });
});

test.runIf(onLinux)('a file of Linux is judged by its mode', () => {
  const path = file();
  checkWriters(judged(path), undefined, 'linux', listsOf('write'));
  checkReaders(judged(path), 'linux', listsOf('read'));
});
