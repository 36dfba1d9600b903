// The path of a Unix socket → datagrams to the program that reads it, which node:dgram cannot send. The C library's
// calls on Linux: unix(7), send(2), poll(2). Never waits longer than a second, so that a stuck log cannot stop a run.

import { getSystemErrorMap, getSystemErrorName } from 'node:util';
import { type Foreign, share } from '../../clock/ffi.ts';

/** A connection to the socket of a log. */
export interface UnixDatagrams {
  /** Sends one datagram, unless it is too large for the socket. Throws an error with the `code` of errno(3). */
  send(bytes: Uint8Array): 'sent' | 'too-large';
  /** Waits until the reader has room. Throws if it has none for a second. */
  awaitRoom(): void;
  close(): void;
}

// Linux constants, identical on every processor for which koffi provides a binary.
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;
const POLLOUT = 4;
const PATIENCE_MS = 1000;

/** Connects to the datagram socket at `path`. Throws an error with the `code` of errno(3): `ENOENT`, `ECONNREFUSED`. */
export function connectDatagrams(foreign: Foreign, path: string): UnixDatagrams {
  const libc = foreign.load(null);
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const connect = libc.func('int connect(int fd, void *address, uint32_t length)');
  const send = libc.func('long send(int fd, void *bytes, size_t length, int flags)');
  const poll = libc.func('int poll(void *descriptors, unsigned long count, int milliseconds)');
  const close = libc.func('int close(int fd)');

  function checked(result: number): number {
    if (result >= 0) return result;
    const errno = -foreign.errno();
    const reason = getSystemErrorMap().get(errno)?.[1] ?? 'no reason given';
    throw Object.assign(new Error(`${path}: ${reason}`), { code: getSystemErrorName(errno) });
  }

  const fd = checked(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  try {
    const address = sharedBytes(foreign, socketAddress(path));
    checked(connect(fd, address.address, address.length));
  } catch (error) {
    close(fd);
    throw error;
  }
  // struct pollfd: the descriptor, and 16 bits each for the events asked for and seen.
  const descriptor = share(foreign, 8);
  descriptor.ints.set([fd, POLLOUT]);
  return {
    send(bytes) {
      const memory = sharedBytes(foreign, bytes);
      const sent = send(fd, memory.address, memory.length, MSG_NOSIGNAL);
      if (sent < 0 && getSystemErrorName(-foreign.errno()) === 'EMSGSIZE') return 'too-large';
      checked(sent);
      return 'sent';
    },
    awaitRoom() {
      if (checked(poll(descriptor.address, 1, PATIENCE_MS)) === 0)
        throw new Error(`${path} takes no more messages`);
    },
    close: () => void close(fd),
  };
}

/** struct sockaddr_un: the family in host byte order, then the path and a zero byte. */
function socketAddress(path: string): Uint8Array {
  const bytes = Buffer.alloc(2 + Buffer.byteLength(path) + 1);
  bytes.write(path, 2);
  new Uint16Array(bytes.buffer, bytes.byteOffset, 1)[0] = AF_UNIX;
  return bytes;
}

/** Memory with a copy of these bytes. The caller must hold the result during the call. */
function sharedBytes(foreign: Foreign, bytes: Uint8Array) {
  const { address, bytes: memory } = share(foreign, Math.ceil(bytes.length / 8) * 8);
  memory.set(bytes);
  return { address, memory, length: bytes.length };
}
