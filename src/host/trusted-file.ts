// Files that only we, or root, can have written, in a directory of the same kind: the state, the lock, the cookies.
// No symbolic links, no second names, no FIFOs, no other user's files; written whole or not at all.

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
  type Stats,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Who may open a lock for reading may hold it, too; cookies are secrets. */
const SECRET = 0o600;

/** Makes `directory` (0700) if it is not there, and throws unless it is one that only we, or root, can write to. */
export function prepareDirectory(directory: string): void {
  if (!existsSync(directory)) makeDirectory(directory);
  checkDirectory(directory);
}

/**
 * Opens a regular file that only we, root, or the user `trusted` could have written; a new one has mode 0600. Throws otherwise.
 * Node adds O_CLOEXEC itself.
 */
export function openOwn(path: string, flags: number, trusted?: number): number {
  let fd: number;
  try {
    // O_NONBLOCK, or a FIFO in the file's place would hold us up for ever. Windows has neither flag.
    fd = openSync(path, flags | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0), SECRET);
  } catch (error) {
    // FreeBSD says EMLINK.
    if (codeOf(error) === 'ELOOP' || codeOf(error) === 'EMLINK') throw symbolicLink(path);
    throw error;
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new Error(`${path} is not a regular file: remove it`);
    // A second name would let its maker choose which of our files is read or written here.
    if (stats.nlink > 1) throw new Error(`${path} is a hard link to another file: remove it`);
    checkOwner(path, stats, trusted);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Throws unless it is a directory that only we, root, or the user `trusted` can write to. */
export function checkDirectory(directory: string, trusted?: number): void {
  const stats = lstatSync(directory);
  if (stats.isSymbolicLink()) throw symbolicLink(directory);
  if (!stats.isDirectory()) throw new Error(`${directory} is not a directory: remove it`);
  checkOwner(directory, stats, trusted);
}

/** The contents of such a file. Throws where there is none, or it has more than `largest` bytes. */
export function readOwn(path: string, largest: number, trusted?: number): Uint8Array {
  const fd = openOwn(path, constants.O_RDONLY, trusted);
  try {
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

/** Writes such a file: beside it first, and renamed, so that a power cut leaves the old or the new one. */
export function replaceOwn(path: string, contents: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) throw symbolicLink(path);
  // Random, because a file left by a killed run would else be in the way whenever the process id comes again.
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    const fd = openOwn(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
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

/** Not by mkdir's own `recursive`, which never returns where the kernel makes no directories: /proc, autofs. */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, 0o700);
  } catch (error) {
    // Another tsntp was quicker.
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || existsSync(dirname(directory))) throw error;
    makeDirectory(dirname(directory));
    makeDirectory(directory);
  }
}

function checkOwner(path: string, stats: Stats, trusted?: number): void {
  const uid = process.geteuid?.();
  // Windows shows neither owner nor mode here; there the folder's own access list has to do.
  if (uid === undefined) return;
  if (![uid, 0, trusted].includes(stats.uid)) {
    throw new Error(`${path} belongs to user ${stats.uid}, not to ${uid} or root: remove it or chown it`);
  }
  if ((stats.mode & 0o022) !== 0) {
    const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
    throw new Error(`${path} can be written by others (mode ${mode}): chmod go-w it`);
  }
}

function symbolicLink(path: string): Error {
  return new Error(`${path} is a symbolic link, which tsntp does not follow here: remove it`);
}
