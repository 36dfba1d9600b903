// What must be on the disk before what: a power cut leaves the old file or the new one, never an empty one. And which file
// is judged: the one that is read, whatever its name has become.

import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { checkReaders } from '../../src/host/file-access.ts';
import { codeOf, readOwn, readOwnSecret, replaceOwn } from '../../src/host/trusted-file.ts';

// The real functions, watched: no test can cut the power.
vi.mock(import('node:fs'), { spy: true });
vi.mock(import('../../src/host/file-access.ts'), { spy: true });

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

test('who can read a secret is asked of the open file that is read, not of its name', () => {
  const path = join(folder, 'cookies');
  replaceOwn(path, 'secret');
  vi.mocked(openSync).mockClear();
  readOwnSecret(path, 100);
  const opened: unknown = vi.mocked(openSync).mock.results[0]?.value;
  expect(opened).toEqual(expect.any(Number));
  expect(checkReaders).toHaveBeenCalledWith(expect.objectContaining({ path, fd: opened }));
});

test.runIf(process.platform !== 'win32').each([
  ['that others could write', readOwn, 0o622, /can be written by others \(mode 0622\)/],
  ['that others can read', readOwnSecret, 0o604, /is open to others \(mode 0604\)/],
] as const)(
  'a file %s is refused, even if a better one has its name once it is open',
  async (_, read, mode, error) => {
    const path = join(folder, `swapped-${mode}`);
    writeFileSync(path, 'secret', { mode: 0o600 });
    expect(Buffer.from(read(path, 100)).toString()).toBe('secret');
    chmodSync(path, mode);
    const better = `${path}.better`;
    writeFileSync(better, 'secret', { mode: 0o600 });
    const actual = await vi.importActual<typeof import('node:fs')>('node:fs');
    vi.mocked(openSync).mockImplementationOnce((...args) => {
      const fd = actual.openSync(...args);
      renameSync(better, path);
      return fd;
    });
    expect(() => read(path, 100)).toThrow(error);
    expect(Buffer.from(read(path, 100)).toString()).toBe('secret');
  },
);
