// The owner and mode of a file, or on Windows its access list → an error if others could have written or read the file.

import type { Stats } from 'node:fs';
import { type AccessLists, accessLists } from './windows/access-lists.ts';
import type { Forbidden } from './windows/security-descriptor.ts';

/** What is judged: an open file, or a folder. */
export interface Judged {
  /** For messages; on Windows it also stands for a folder. */
  readonly path: string;
  /** Those of `fd`, if that is given. */
  readonly stats: Stats;
  /** The open file that is read from afterwards: its name may have become that of another file. */
  readonly fd?: number;
}

/** Throws if others than this user, root, and the user `trusted` can write to the file. */
export function checkWriters(
  file: Judged,
  trusted?: number,
  platform: string = process.platform,
  lists: () => AccessLists = accessLists,
): void {
  if (platform === 'win32') {
    checkAccess(file, 'write', lists);
    return;
  }
  const { path, stats } = file;
  const uid = process.geteuid?.();
  if (![uid, 0, trusted].includes(stats.uid)) {
    throw new Error(`${path} belongs to user ${stats.uid}, not to ${uid} or root: remove it or chown it`);
  }
  if ((stats.mode & 0o022) !== 0)
    throw new Error(`${path} can be written by others (mode ${octal(stats.mode)}): chmod go-w it`);
}

/** Throws if others than this user and root can read the file. */
export function checkReaders(
  file: Judged,
  platform: string = process.platform,
  lists: () => AccessLists = accessLists,
): void {
  if (platform === 'win32') {
    checkAccess(file, 'read', lists);
    return;
  }
  const { path, stats } = file;
  if ((stats.mode & 0o077) !== 0)
    throw new Error(`${path} is open to others (mode ${octal(stats.mode)}): chmod 600 it`);
}

function checkAccess({ path, fd }: Judged, forbidden: Forbidden, lists: () => AccessLists): void {
  const problem = lists().problem(path, forbidden, fd);
  if (problem !== undefined) throw new Error(`${path} ${problem.what}: remove it, or run ${problem.remedy}`);
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
