// Reads and writes files that only this user or root can have written, in directories of the same kind: the state, the
// lock, the cookies. Refuses symbolic links, hard links, FIFOs, and other users' files. Writes atomically. Windows has no modes:
// there, root is the system and its administrators, and access lists tell who can write.

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { checkReaders, checkWriters } from './file-access.ts';
import { accessLists } from './windows/access-lists.ts';

/** A user who can open a lock can also hold it; cookies are secrets. */
const SECRET = 0o600;

/** Creates `directory` (0700) if it is missing. Throws unless only this user or root can write to it. */
export function prepareDirectory(directory: string): void {
  if (!existsSync(directory)) makeDirectory(directory);
  checkDirectory(directory);
}

/**
 * Opens a regular file that only this user, root, or the user `trusted` could have written; creates it with mode 0600.
 * Throws otherwise. Node adds O_CLOEXEC itself.
 */
export function openOwn(path: string, flags: number, trusted?: number): number {
  let fd: number;
  try {
    // O_NONBLOCK, or a FIFO in the file's place would block forever. Windows has neither flag.
    fd = openSync(path, flags | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0), SECRET);
  } catch (error) {
    // FreeBSD reports EMLINK.
    if (codeOf(error) === 'ELOOP' || codeOf(error) === 'EMLINK') throw symbolicLink(path);
    throw error;
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new Error(`${path} is not a regular file: remove it`);
    // With a hard link, its creator could choose which of our files is read or written here.
    if (stats.nlink > 1) throw new Error(`${path} is a hard link to another file: remove it`);
    checkWriters({ path, stats, fd }, trusted);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Throws unless it is a directory that only this user, root, or the user `trusted` can write to. */
export function checkDirectory(directory: string, trusted?: number): void {
  const stats = lstatSync(directory);
  if (stats.isSymbolicLink()) throw symbolicLink(directory);
  if (!stats.isDirectory()) throw new Error(`${directory} is not a directory: remove it`);
  checkWriters({ path: directory, stats }, trusted);
}

/** Reads such a file. Throws if it does not exist or has more than `largest` bytes. */
export function readOwn(path: string, largest: number, trusted?: number): Uint8Array {
  return readAll(path, openOwn(path, constants.O_RDONLY, trusted), largest);
}

/** Reads such a file if, besides, no other user can read it. Throws otherwise. */
export function readOwnSecret(path: string, largest: number): Uint8Array {
  const fd = openOwn(path, constants.O_RDONLY);
  return readAll(path, fd, largest, () => checkReaders({ path, stats: fstatSync(fd), fd }));
}

/** Reads an open file if `check` does not throw, and closes it. */
function readAll(path: string, fd: number, largest: number, check: () => void = () => {}): Uint8Array {
  try {
    check();
    const buffer = new Uint8Array(largest + 1);
    let length = 0;
    let count: number;
    do {
      count = readSync(fd, buffer, length, buffer.length - length, null);
      length += count;
    } while (count > 0 && length < buffer.length);
    if (length > largest) throw new Error(`${path} is larger than ${largest} bytes: remove it`);
    return buffer.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

/**
 * Writes such a file to a temporary name and renames it, so that a power failure leaves either the old or the new
 * contents.
 */
export function replaceOwn(path: string, contents: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) throw symbolicLink(path);
  // Random, because a file left by a killed run would be in the way when its process id is reused.
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    const fd = createOwn(temporary);
    try {
      writeFileSync(fd, contents);
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

/** The system's name for an error of node:fs, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/**
 * Does not use mkdir's own `recursive`, which never returns where the kernel cannot create directories: /proc, autofs.
 */
function makeDirectory(directory: string): void {
  try {
    if (process.platform === 'win32') accessLists().makeFolder(directory);
    else mkdirSync(directory, 0o700);
  } catch (error) {
    // Another tsntp was faster.
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || existsSync(dirname(directory))) throw error;
    makeDirectory(dirname(directory));
    makeDirectory(directory);
  }
}

function createOwn(path: string): number {
  if (process.platform !== 'win32')
    return openOwn(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
  accessLists().makeFile(path);
  return openOwn(path, constants.O_WRONLY);
}

function symbolicLink(path: string): Error {
  return new Error(`${path} is a symbolic link, which tsntp does not follow here: remove it`);
}
