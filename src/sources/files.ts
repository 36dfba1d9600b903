// Reads files that name servers. A missing file yields undefined. A file that exists but cannot be read is an error,
// never treated as missing: the next file might name unauthenticated servers. Reading never blocks on a FIFO.

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { escaped } from './server.ts';

/** A file, or one of its lines, that cannot be used. The message states the place, the problem, and what to do. */
export class ListError extends Error {
  override readonly name = 'ListError';
  constructor(from: string, problem: string) {
    super(`${escaped(from)}: ${problem}`);
  }
}

/** Access to files. Paths are absolute or relative to the working directory. */
export interface Files {
  /** Returns the text of a file, or undefined if it does not exist. Throws `ListError`. */
  read(path: string): string | undefined;
  /** Returns the names in a directory, sorted by character code; none if it does not exist. Throws `ListError`. */
  names(directory: string): readonly string[];
  isDirectory(path: string): boolean;
}

/** Files named on the command line. */
export const namedFiles: Files = { read: path => readText(path, false), names: namesIn, isDirectory };

/** Files at well-known places, which are read without being named: other users must not be able to write them. */
export const wellKnownFiles: Files = { ...namedFiles, read: path => readText(path, true) };

/** The maximum size of a list in bytes: a hundred thousand servers. */
const LARGEST = 1 << 23;
const CHUNK = 1 << 16;
/** The owner that a user namespace shows for unmapped users, such as root outside of it. */
const UNKNOWN_OWNER = 65_534;

/** Why a file could not be read. */
export function fileProblem(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'ELOOP') return 'its symbolic links form a loop';
  return code === 'EISDIR' ? 'it is a directory' : String(code);
}

function readText(path: string, guarded: boolean): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (isAbsent(error, path)) return undefined;
    throw new ListError(path, `cannot be read: ${fileProblem(error)}`);
  }
  try {
    const problem = whatForbids(fd, guarded);
    if (problem !== undefined) throw new ListError(path, problem);
    return textOf(fd, path);
  } finally {
    closeSync(fd);
  }
}

/** A dangling symbolic link is not absent: it was created to name a file. */
function isAbsent(error: unknown, path: string): boolean {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOTDIR') return true;
  return code === 'ENOENT' && lstatSync(path, { throwIfNoEntry: false }) === undefined;
}

function whatForbids(fd: number, guarded: boolean): string | undefined {
  const { mode, uid } = fstatSync(fd);
  const kind = mode & constants.S_IFMT;
  if (kind === constants.S_IFDIR) return 'cannot be read: it is a directory';
  // systemd uses a link to /dev/null to mark a file as absent.
  if (kind !== constants.S_IFREG && kind !== constants.S_IFCHR)
    return 'cannot be read: it is not a regular file';
  const us = process.geteuid?.();
  if (!guarded || us === undefined || kind !== constants.S_IFREG) return undefined;
  if (![0, us, UNKNOWN_OWNER].includes(uid))
    return `belongs to user ${uid}, who could name any server: chown it to root`;
  if ((mode & 0o002) === 0) return undefined;
  const octal = (mode & 0o7777).toString(8).padStart(4, '0');
  return `is writable by every user (mode ${octal}), so any user could name servers: chmod o-w it`;
}

function textOf(fd: number, path: string): string {
  const parts: Buffer[] = [];
  try {
    for (let length = 0; length <= LARGEST; ) {
      const part = Buffer.alloc(CHUNK);
      const count = readSync(fd, part, 0, CHUNK, null);
      if (count === 0) return Buffer.concat(parts).toString('utf8');
      parts.push(part.subarray(0, count));
      length += count;
    }
  } catch (error) {
    throw new ListError(path, `cannot be read: ${fileProblem(error)}`);
  }
  throw new ListError(path, `is larger than ${LARGEST} bytes: use fewer servers`);
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (isAbsent(error, directory)) return [];
    throw new ListError(directory, `cannot be read: ${fileProblem(error)}`);
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
