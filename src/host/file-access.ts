// The owner and mode of a file, or on Windows its access list → an error if others could have written or read the file.

import { lstatSync, type Stats } from 'node:fs';
import { type AccessLists, accessLists } from './windows/access-lists.ts';
import type { Forbidden } from './windows/security-descriptor.ts';

/** Throws if others than this user, root, and the user `trusted` can write to the file with these `stats`. */
export function checkWriters(
  path: string,
  stats: Stats,
  trusted?: number,
  platform: string = process.platform,
  lists: () => AccessLists = accessLists,
): void {
  if (platform === 'win32') {
    checkAccess(path, 'write', lists);
    return;
  }
  const uid = process.geteuid?.();
  if (![uid, 0, trusted].includes(stats.uid)) {
    throw new Error(`${path} belongs to user ${stats.uid}, not to ${uid} or root: remove it or chown it`);
  }
  if ((stats.mode & 0o022) !== 0)
    throw new Error(`${path} can be written by others (mode ${octal(stats.mode)}): chmod go-w it`);
}

/** Throws if others than this user and root can read the file. */
export function checkReaders(
  path: string,
  platform: string = process.platform,
  lists: () => AccessLists = accessLists,
): void {
  if (platform === 'win32') {
    checkAccess(path, 'read', lists);
    return;
  }
  const { mode } = lstatSync(path);
  if ((mode & 0o077) !== 0) throw new Error(`${path} is open to others (mode ${octal(mode)}): chmod 600 it`);
}

/** It goes by the name: what is trusted is in a folder where others cannot replace it. */
function checkAccess(path: string, forbidden: Forbidden, lists: () => AccessLists): void {
  const problem = lists().problem(path, forbidden);
  if (problem !== undefined) throw new Error(`${path} ${problem.what}: remove it, or run ${problem.remedy}`);
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
