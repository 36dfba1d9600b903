// Ensures that only one tsntp sets the clock at a time. The kernel releases the lock when its process ends for any
// reason: flock(2) on a file, or on Windows the first instance of a named pipe. Expected outcomes are values: the lock,
// its holder, or why no lock is available.

import { closeSync, constants, ftruncateSync, readSync, writeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { openOwn, prepareDirectory } from './trusted-file.ts';

/** A lock held by this process until `release` or until it ends. */
export interface Lock {
  readonly kind: 'lock';
  /** The locked file or pipe. */
  readonly path: string;
  /**
   * Releases the lock. Idempotent. Keeps the file: unlinking would remove it from under another process that has it
   * open.
   */
  release(): void;
}

/** Another tsntp holds the lock. */
export interface LockHolder {
  readonly kind: 'held';
  readonly path: string;
  /** The id of the other process, if known. */
  readonly pid?: number;
}

/** No lock can be created. The caller warns and continues without one. */
export interface LockUnavailable {
  readonly kind: 'unavailable';
  readonly reason: string;
}

const FILE = 'tsntp.lock';
/**
 * A pipe instead of a file opened for exclusive use: Node opens files shared, while a pipe needs no writable directory
 * and no cleanup, and is the same for all users of the machine.
 */
const PIPE = '\\\\.\\pipe\\tsntp-lock';
/** From sys/file.h; the same on Linux, macOS, and the BSDs. */
const LOCK_EX = 2;
const LOCK_NB = 4;

/**
 * The directories for the lock, best first: that of the state, then those that are writable even on a read-only system.
 */
export function lockDirectories(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  stateDirectory: string | undefined,
): readonly string[] {
  const runtime = platform === 'linux' ? '/run' : '/var/run';
  return [stateDirectory, runtime, env.XDG_RUNTIME_DIR].filter(path => path !== undefined);
}

/**
 * Acquires the lock in the first usable one of `directories` without waiting, or through `pipe` on Windows. Never
 * rejects.
 */
export async function acquireLock(
  directories: readonly string[],
  platform: NodeJS.Platform = process.platform,
  pipe: string = PIPE,
): Promise<Lock | LockHolder | LockUnavailable> {
  if (platform === 'win32') return lockPipe(pipe);
  let flock: Flock;
  try {
    flock = await loadFlock();
  } catch (error) {
    return { kind: 'unavailable', reason: `koffi does not load: ${(error as Error).message}` };
  }
  const reasons: string[] = [];
  for (const directory of directories) {
    try {
      return lockFile(directory, flock);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  return { kind: 'unavailable', reason: reasons.join('; ') || 'there is no directory to keep it in' };
}

/** Returns true if the lock was acquired, false if another process holds it. */
type Flock = (fd: number) => boolean;

async function loadFlock(): Promise<Flock> {
  const { default: koffi } = await import('koffi');
  const flock = koffi.load(null).func('int flock(int fd, int operation)');
  return fd => {
    if (flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
    const errno = koffi.errno();
    if (errno === koffi.os.errno.EWOULDBLOCK) return false;
    throw new Error(`this file system has no locks (flock: error ${errno})`);
  };
}

function lockFile(directory: string, flock: Flock): Lock | LockHolder {
  prepareDirectory(directory);
  const path = join(directory, FILE);
  const fd = openOwn(path, constants.O_RDWR | constants.O_CREAT);
  let keep = false;
  try {
    keep = flock(fd);
    if (!keep) return heldBy(path, readText(fd));
  } finally {
    if (!keep) closeSync(fd);
  }
  writePid(fd);
  let held = true;
  return {
    kind: 'lock',
    path,
    release() {
      // Closing twice could close a descriptor opened since with the same number.
      if (held) closeSync(fd);
      held = false;
    },
  };
}

function writePid(fd: number): void {
  try {
    ftruncateSync(fd);
    writeSync(fd, `${process.pid}\n`, 0);
  } catch {
    // On a full disk the lock still holds, but the other process's message cannot name this one.
  }
}

function readText(fd: number): string {
  const buffer = Buffer.alloc(32);
  return buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0));
}

function heldBy(path: string, text: string): LockHolder {
  const pid = /^\d{1,10}(?=\n$)/.exec(text)?.[0];
  return pid === undefined ? { kind: 'held', path } : { kind: 'held', path, pid: Number(pid) };
}

function lockPipe(path: string): Promise<Lock | LockHolder | LockUnavailable> {
  const server = createServer(socket => {
    // The client may be gone before it gets the answer.
    socket.on('error', () => socket.destroy());
    socket.end(`${process.pid}\n`);
  });
  return new Promise(resolve => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(askPipe(path));
      else resolve({ kind: 'unavailable', reason: error.message });
    });
    server.listen(path, () => {
      // The lock must not keep the process alive.
      server.unref();
      resolve({ kind: 'lock', path, release: () => void server.close() });
    });
  });
}

/**
 * Asks the holder for its process id, which it sends on each connection. A holder that is too busy, or just gone, stays
 * unnamed.
 */
function askPipe(path: string): Promise<LockHolder> {
  return new Promise(resolve => {
    let text = '';
    const socket = connect(path);
    socket.setTimeout(500, () => socket.destroy());
    socket.setEncoding('latin1');
    socket.on('data', chunk => {
      text = (text + chunk).slice(0, 32);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(heldBy(path, text)));
  });
}
