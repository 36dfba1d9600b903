// One tsntp at a time sets the clock. The lock is one that the kernel gives back when its process ends, however
// it ends: flock(2) on a file, or on Windows the first instance of a named pipe. Expected answers are values:
// the lock, who holds it, or why there is none to be had.

import { closeSync, constants, ftruncateSync, readSync, writeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { openOwn, prepareDirectory } from './trusted-file.ts';

/** Ours, until `release` or the end of the process. */
export interface Lock {
  readonly kind: 'lock';
  /** The file or pipe that is locked. */
  readonly path: string;
  /** Idempotent. The file stays: to unlink it would take it from under the next one that has it open. */
  release(): void;
}

/** Another tsntp has it. */
export interface LockHolder {
  readonly kind: 'held';
  readonly path: string;
  /** The other process, where it has said so. */
  readonly pid?: number;
}

/** Nowhere to put a lock, or nothing to make one with: the caller warns, and goes on without. */
export interface LockUnavailable {
  readonly kind: 'unavailable';
  readonly reason: string;
}

const FILE = 'tsntp.lock';
/**
 * A pipe rather than a file opened for exclusive use: node opens files shared, a pipe needs no folder that can be
 * written and no clearing up, and it is one and the same for all users of the machine.
 */
const PIPE = '\\\\.\\pipe\\tsntp-lock';
/** From sys/file.h; the same on Linux, macOS and the BSDs. */
const LOCK_EX = 2;
const LOCK_NB = 4;

/** Where the lock may be, the best place first: with the state; else where a read-only system still lets us write. */
export function lockDirectories(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  stateDirectory: string | undefined,
): readonly string[] {
  const runtime = platform === 'linux' ? '/run' : '/var/run';
  return [stateDirectory, runtime, env.XDG_RUNTIME_DIR].filter(path => path !== undefined);
}

/** Takes the lock in the first of `directories` that can hold one, without waiting; on Windows, `pipe`. Never rejects. */
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

/** True when the lock is now ours, false when another has it. */
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
      // Closing twice could close what has been opened since under the same number.
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
    // A full disk: the lock holds all the same; the other's message will not name us.
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
    // The asker may be gone before it has the answer.
    socket.on('error', () => socket.destroy());
    socket.end(`${process.pid}\n`);
  });
  return new Promise(resolve => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(askPipe(path));
      else resolve({ kind: 'unavailable', reason: error.message });
    });
    server.listen(path, () => {
      // The lock must not keep the process from ending.
      server.unref();
      resolve({ kind: 'lock', path, release: () => void server.close() });
    });
  });
}

/** The holder tells each connection its process id; a holder that is too busy, or just gone, stays unnamed. */
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
