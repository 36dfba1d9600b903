// A file that the command line names → its bytes, up to a limit. Nothing that has its name blocks for ever, or fills the memory.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

const CHUNK = 1 << 16;

/** Opens a file for reading; `flags` are added. A FIFO without a writer is opened as if it were empty. */
export function openNamed(file: string, flags = 0): number {
  return openSync(file, constants.O_RDONLY | waitingFor(file) | flags);
}

/** `<(command)` of a shell is a pipe, whose writer comes later; a FIFO without a writer must not block. */
function waitingFor(file: string): number {
  return /^\/(dev|proc\/self)\/(fd\/\d+|stdin)$/.test(file) ? 0 : (constants.O_NONBLOCK ?? 0);
}

/** All bytes of an open file; undefined if it has more than `largest`, which is all that is read of it. */
export function bytesUpTo(fd: number, largest: number): Buffer | undefined {
  if (fstatSync(fd).size > largest) return undefined;
  const parts: Buffer[] = [];
  for (let length = 0; length <= largest; ) {
    const part = Buffer.alloc(Math.min(CHUNK, largest + 1 - length));
    const count = readSync(fd, part, 0, part.length, null);
    if (count === 0) return Buffer.concat(parts);
    parts.push(part.subarray(0, count));
    length += count;
  }
  return undefined;
}

/** What `read` makes of a file that is open for it. */
export function withNamed<T>(file: string, flags: number, read: (fd: number) => T): T {
  const fd = openNamed(file, flags);
  try {
    return read(fd);
  } finally {
    closeSync(fd);
  }
}
