// Files and links of a scheduler → written all or none, and removed. Each file is written beside its place and renamed into
// it; the scheduler never reads half a file.

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { ScheduledFile, ScheduledLink } from '../schedule/plan.ts';
import { SchedulerFileError } from '../schedule/schedule-outcome.ts';
import { codeOf } from './trusted-file.ts';

/** Every program may read what runs; cron and systemd refuse or warn about files that others can write. */
const MODE = 0o644;

/** Writes all files and links, or none. Throws `SchedulerFileError`. */
export function writeAll(files: readonly ScheduledFile[], links: readonly ScheduledLink[]): void {
  const staged: { readonly temporary: string; readonly path: string }[] = [];
  const made: string[] = [];
  try {
    for (const file of files) {
      makeOwnFolder(file.path);
      staged.push({ temporary: stage(file), path: file.path });
    }
    for (const link of links) made.push(replaceLink(link));
    for (const { temporary, path } of staged) renameSync(temporary, path);
  } catch (error) {
    for (const path of [...made, ...staged.map(({ temporary }) => temporary)]) rmSync(path, { force: true });
    throw new SchedulerFileError(problemOf(error, 'written'));
  }
}

/** Removes files and links that exist, and the folders that only they needed. Throws `SchedulerFileError`. */
export function removeAll(paths: readonly string[], links: readonly ScheduledLink[]): void {
  try {
    for (const path of [...links.map(link => link.path), ...paths]) rmSync(path, { force: true });
  } catch (error) {
    throw new SchedulerFileError(problemOf(error, 'removed'));
  }
  for (const folder of new Set([...links.map(link => link.path), ...paths].map(dirname)))
    if (isOwnFolder(folder)) removeIfEmpty(folder);
}

/** Folders that exist for such files alone. All others belong to the scheduler: one that is missing means that there is no scheduler. */
function isOwnFolder(folder: string): boolean {
  return /\.wants$|[\\/]tsntp-schedule$/.test(folder);
}

function makeOwnFolder(path: string): void {
  if (isOwnFolder(dirname(path))) mkdirSync(dirname(path), { recursive: true });
}

function removeIfEmpty(folder: string): void {
  try {
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  } catch {
    // It is not there.
  }
}

function stage({ path, text, encoding }: ScheduledFile): string {
  // cron and systemd skip this name.
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  const fd = openSync(temporary, 'wx', MODE);
  try {
    writeFileSync(fd, encoding === 'utf16le' ? Buffer.from(`\ufeff${text}`, 'utf16le') : text);
    fchmodSync(fd, MODE);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return temporary;
}

function replaceLink({ path, target }: ScheduledLink): string {
  makeOwnFolder(path);
  rmSync(path, { force: true });
  symlinkSync(target, path);
  return path;
}

function problemOf(error: unknown, done: string): string {
  const { message, path = '' } = error as NodeJS.ErrnoException;
  const place = path.replace(/\.[\da-f]{16}\.tmp$/, '');
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return `${place} cannot be ${done}: permission denied; run as root (on Windows as Administrator)`;
    case 'EROFS':
      return `${place} cannot be ${done}: the file system is read-only`;
    case 'ENOENT':
      return `${place} cannot be ${done}: there is no ${dirname(place)}; ${adviceFor(dirname(place))}`;
    default:
      return `${place} cannot be ${done}: ${message}`;
  }
}

/** busybox's crond reads only the tables of users, and may end at a line with @reboot. */
function adviceFor(folder: string): string {
  return /[\\/]cron\.d$/.test(folder)
    ? 'if this is busybox\'s cron, add the hourly line to root\'s table (crontab -e) without the word "root", and run the other one at boot'
    : 'is this scheduler installed?';
}
