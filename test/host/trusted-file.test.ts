// What must be on the disk before what: a power cut leaves the old file or the new one, never an empty one.

import {
  closeSync,
  fsyncSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { codeOf, readOwn, replaceOwn } from '../../src/host/trusted-file.ts';

// The real functions, watched: no test can cut the power.
vi.mock(import('node:fs'), { spy: true });

const folder = mkdtempSync(join(tmpdir(), 'tsntp-own-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => vi.clearAllMocks());

/** In which order these functions were called. */
function order(...functions: readonly { readonly name: string }[]): readonly string[] {
  const calls = functions.flatMap(each =>
    vi.mocked(each as () => void).mock.invocationCallOrder.map(at => ({ name: each.name, at })),
  );
  return calls.sort((a, b) => a.at - b.at).map(({ name }) => name);
}

test('a file is written, synced to the disk and closed, and only then put in place of the old one', () => {
  const path = join(folder, 'file');
  replaceOwn(path, 'contents');
  expect(readFileSync(path, 'utf8')).toBe('contents');
  expect(order(writeFileSync, fsyncSync, closeSync, renameSync)).toEqual([
    'writeFileSync',
    'fsyncSync',
    'closeSync',
    'renameSync',
  ]);
  const [written] = vi.mocked(writeFileSync).mock.calls[0]!;
  expect(vi.mocked(fsyncSync).mock.calls).toEqual([[written]]);
});

test('a file that cannot be synced leaves the old one, and nothing beside it', () => {
  const path = join(folder, 'kept');
  replaceOwn(path, 'old');
  vi.mocked(fsyncSync).mockImplementationOnce(() => {
    throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });
  });
  expect(() => replaceOwn(path, 'new')).toThrow('EIO');
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(folder).filter(name => name.startsWith('kept'))).toEqual(['kept']);
});

test('a file of just the largest size is read, and one byte more is refused', () => {
  const path = join(folder, 'large');
  replaceOwn(path, 'x'.repeat(100));
  expect(readOwn(path, 100)).toHaveLength(100);
  expect(() => readOwn(path, 99)).toThrow(/is larger than 99 bytes: remove it$/);
});

test('a file that is not there is an error by its code', () => {
  try {
    readOwn(join(folder, 'none'), 1);
    expect.unreachable();
  } catch (error) {
    expect(codeOf(error)).toBe('ENOENT');
  }
});
