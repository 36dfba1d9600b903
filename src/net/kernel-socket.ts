// Connected UDP sockets created through the C library on Linux: address → descriptor, which node:dgram then reads.
// Owning the descriptor allows two things that node:dgram lacks: the kernel's receive timestamp (SIOCGSTAMPNS, T4 of
// RFC 5905 §8), and a send() immediately after reading the clock (T1). Transmit timestamps stay off: they fill an error
// queue that is not drained here, on which Node spins or aborts.

import { getSystemErrorName } from 'node:util';
import { type UnixTime, unixTimeOf } from '../ntp/time.ts';
import type { Address } from './transport.ts';

/**
 * The socket calls of the C library. All but `arrivalStamp` throw errors with `code` and `syscall`, like Node's own.
 */
export interface KernelSockets {
  /**
   * Opens a connected, non-blocking socket with receive timestamps and returns its descriptor. The caller must close
   * it.
   */
  open(address: Address, source?: string): number;
  /** Opens the same kind of socket without a remote address, bound to a random port. The caller must close it. */
  openUnconnected(family: 4 | 6, source?: string): number;
  /** Sets the address that `sendToIt` sends to. Apart from it, so that nothing lies between reading the clock and sending. */
  aimAt(address: Address): void;
  /** Sends a datagram from an unconnected socket. */
  sendToIt(fd: number, datagram: Uint8Array): void;
  /** Warms the code path of `send` with an invalid descriptor, so that the real call is faster. */
  warmUp(datagram: Uint8Array): void;
  send(fd: number, datagram: Uint8Array): void;
  /** The arrival time of the datagram last read from `fd`; undefined if the kernel does not provide it. */
  arrivalStamp(fd: number): UnixTime | undefined;
  /** Closes a descriptor that this module still owns; node:dgram closes those handed to it. */
  close(fd: number): void;
}

/** Loads the C library's sockets. Rejects with the reason on systems other than Linux and where koffi does not load. */
export async function loadKernelSockets(): Promise<KernelSockets> {
  if (process.platform !== 'linux') throw new Error(`not supported on ${process.platform}`);
  const { default: koffi } = await import('koffi').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`koffi does not load (${cause.code ?? cause.name})`, { cause });
  });
  return kernelSockets(koffi);
}

// Linux constants, identical on every processor for which koffi provides a binary.
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const NO_SOCKET = -1;
/** Fills two longs: seconds and nanoseconds. */
const SIOCGSTAMPNS_OLD = 0x8907;
/** Fills two 64-bit numbers on every architecture; since Linux 5.1. */
const SIOCGSTAMPNS_NEW = 0x80108907;

function kernelSockets(koffi: typeof import('koffi').default): KernelSockets {
  const libc = koffi.load(null);
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const bind = libc.func('int bind(int fd, const void *address, uint32_t length)');
  const connect = libc.func('int connect(int fd, const void *address, uint32_t length)');
  const sendto = libc.func(
    'long sendto(int fd, const void *bytes, size_t length, int flags, const void *address, uint32_t size)',
  );
  const send = libc.func('long send(int fd, const void *bytes, size_t length, int flags)');
  const ioctl = libc.func('int ioctl(int fd, unsigned long request, void *argument)');
  const close = libc.func('int close(int fd)');
  const inetPton = libc.func('int inet_pton(int family, const char *text, void *address)');
  const interfaceIndex = libc.func('uint32_t if_nametoindex(const char *name)');

  const stampRequest = koffi.sizeof('long') === 8 ? SIOCGSTAMPNS_OLD : SIOCGSTAMPNS_NEW;
  const stamp = new BigInt64Array(2);

  function checked(syscall: string, result: number): number {
    if (result >= 0) return result;
    throw systemError(syscall, getSystemErrorName(-koffi.errno()));
  }

  /** struct sockaddr_in or sockaddr_in6: family and scope in host byte order, the rest in network byte order. */
  function socketAddress(
    { family, address, port }: Address,
    syscall: string,
    { buffer }: Uint8Array<ArrayBuffer> = new Uint8Array(28),
  ): Uint8Array {
    const bytes = new Uint8Array(buffer, 0, family === 6 ? 28 : 16).fill(0);
    const [host, zone] = address.split('%');
    new Uint16Array(buffer, 0, 1)[0] = family === 6 ? AF_INET6 : AF_INET;
    bytes[2] = port >> 8;
    bytes[3] = port & 0xff;
    const ip = bytes.subarray(family === 6 ? 8 : 4);
    if (inetPton(family === 6 ? AF_INET6 : AF_INET, host, ip) !== 1)
      throw systemError(syscall, 'EAFNOSUPPORT');
    if (zone !== undefined) {
      const index = /^\d+$/.test(zone) ? Number(zone) : interfaceIndex(zone);
      if (index === 0) throw systemError(syscall, 'ENODEV');
      new Uint32Array(buffer, 24, 1)[0] = index;
    }
    return bytes;
  }

  const room = new Uint8Array(28);
  let aim: Uint8Array = room;

  /** A non-blocking socket that `prepare` has bound or connected, with timestamps; closed if that fails. */
  function opened(family: 4 | 6, prepare: (fd: number) => void): number {
    const type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const fd = checked('socket', socket(family === 6 ? AF_INET6 : AF_INET, type, 0));
    try {
      prepare(fd);
    } catch (error) {
      close(fd);
      throw error;
    }
    // The first call fails with ENOENT and makes the kernel record timestamps from then on.
    ioctl(fd, stampRequest, stamp);
    return fd;
  }

  function bindTo(fd: number, family: 4 | 6, address: string): void {
    const local = socketAddress({ family, address, port: 0 }, 'bind');
    checked('bind', bind(fd, local, local.length));
  }

  return {
    open(address, source) {
      return opened(address.family, fd => {
        if (source !== undefined) bindTo(fd, address.family, source);
        const remote = socketAddress(address, 'connect');
        checked('connect', connect(fd, remote, remote.length));
      });
    },
    openUnconnected(family, source = family === 6 ? '::' : '0.0.0.0') {
      return opened(family, fd => bindTo(fd, family, source));
    },
    aimAt(address) {
      aim = socketAddress(address, 'sendto', room);
    },
    sendToIt(fd, datagram) {
      checked('sendto', sendto(fd, datagram, datagram.length, 0, aim, aim.length));
    },
    warmUp(datagram) {
      send(NO_SOCKET, datagram, datagram.length, 0);
    },
    send(fd, datagram) {
      checked('send', send(fd, datagram, datagram.length, 0));
    },
    arrivalStamp(fd) {
      if (ioctl(fd, stampRequest, stamp) !== 0) return undefined;
      return unixTimeOf(stamp[0]! * 1_000_000_000n + stamp[1]!);
    },
    close(fd) {
      close(fd);
    },
  };
}

function systemError(syscall: string, code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}
