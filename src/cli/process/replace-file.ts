// A text → a file that the user named, whole or not at all. Never through a symbolic link: in a directory that others can write,
// that could lead to any file.

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { UsageError } from '../arguments/usage-error.ts';

/**
 * Puts `text`, which may be in parts, in place of the file at `path`. Throws `UsageError`; `option` is what named the path. With `mode`, the file
 * has these permissions whatever the umask.
 */
export function replaceFile(
  option: string,
  path: string,
  text: string | Iterable<string>,
  mode?: number,
): void {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats && !stats.isFile()) {
      const what = stats.isSymbolicLink() ? 'a symbolic link' : 'not a regular file';
      throw new UsageError(`${option}: ${path} is ${what}: name another file, or - for stdout`);
    }
    replace(path, text, mode);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `${option}: cannot write ${path}: ${code === undefined ? message : reasonFor(code)}`,
    );
  }
}

function replace(path: string, text: string | Iterable<string>, mode: number | undefined): void {
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    // Fails if it exists, also as a link.
    const fd = openSync(temporary, 'wx');
    try {
      for (const part of typeof text === 'string' ? [text] : text) writeFileSync(fd, part);
      if (mode !== undefined) fchmodSync(fd, mode);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function reasonFor(code: string): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'its directory does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'ENOSPC') return 'the disk is full';
  return code === 'EROFS' ? 'the file system is read-only' : code;
}
