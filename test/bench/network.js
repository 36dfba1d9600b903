// Sockets of the C library for the relay: receives with kernel timestamps, sends immediately, sleeps to the
// microsecond. It has its own loop instead of Node's, whose timer resolution of 1 ms would hide a path of 0.1 ms. Linux
// only.

import koffi from 'koffi';

const AF_INET = 2;
const SOCK_DGRAM_NONBLOCK = 2 | 0o4000;
const POLLIN = 1;
const MSG_DONTWAIT = 0x40;
const SIOCGSTAMPNS = 0x8907;
const CLOCK_REALTIME = 0;
const SCHED_FIFO = 1;

const libc = koffi.load(null);
const socket = libc.func('int socket(int domain, int type, int protocol)');
const bind = libc.func('int bind(int fd, const void *address, uint32_t length)');
const recvfrom = libc.func(
  'long recvfrom(int fd, _Out_ void *b, size_t n, int flags, _Out_ void *from, _Inout_ void *length)',
);
const sendto = libc.func(
  'long sendto(int fd, const void *b, size_t n, int flags, const void *to, uint32_t length)',
);
const ioctl = libc.func('int ioctl(int fd, unsigned long request, void *argument)');
const ppoll = libc.func('int ppoll(void *fds, unsigned long count, const void *timeout, const void *mask)');
const clockGettime = libc.func('int clock_gettime(int clock, void *time)');
const readBytes = libc.func('long read(int fd, _Out_ void *bytes, size_t count)');
const setScheduler = libc.func('int sched_setscheduler(int pid, int policy, const void *priority)');
const closeDescriptor = libc.func('int close(int fd)');

const timespec = new BigInt64Array(2);
const length = new Uint32Array(1);
const second = 1_000_000_000n;

/** Gives this process real-time priority, so that others do not delay it. Returns whether that is permitted. */
export function goFirst() {
  return setScheduler(0, SCHED_FIFO, Int32Array.of(10)) === 0;
}

/** Nanoseconds since 1970. */
export function now() {
  clockGettime(CLOCK_REALTIME, timespec);
  return /** @type {bigint} */ (timespec[0]) * second + /** @type {bigint} */ (timespec[1]);
}

/**
 * Opens an IPv4 UDP socket with receive timestamps. @param {string} address @param {number} port @returns {number} its
 * descriptor
 */
export function open(address, port) {
  const fd = socket(AF_INET, SOCK_DGRAM_NONBLOCK, 0);
  if (bind(fd, socketAddress(address, port), 16) !== 0) throw new Error(`cannot bind ${address}:${port}`);
  // The first call fails with ENOENT and makes the kernel record timestamps from then on.
  ioctl(fd, SIOCGSTAMPNS, timespec);
  return fd;
}

/** @param {number} fd */
export function close(fd) {
  closeDescriptor(fd);
}

/**
 * Returns a socket's next datagram with its sender and arrival time; undefined if none is waiting. @param {number} fd
 */
export function receive(fd) {
  const [bytes, from] = [Buffer.alloc(128), Buffer.alloc(16)];
  length[0] = 16;
  const count = recvfrom(fd, bytes, bytes.length, MSG_DONTWAIT, from, length);
  if (count < 0) return undefined;
  const stamped = ioctl(fd, SIOCGSTAMPNS, timespec) === 0;
  const at = stamped
    ? /** @type {bigint} */ (timespec[0]) * second + /** @type {bigint} */ (timespec[1])
    : now();
  return { bytes: bytes.subarray(0, Number(count)), from, at };
}

/** @param {number} fd @param {Uint8Array} bytes @param {Uint8Array} to */
export function send(fd, bytes, to) {
  sendto(fd, bytes, bytes.length, 0, to, 16);
}

/** Reads what standard input holds; '' at its end. */
export function readInput() {
  const bytes = Buffer.alloc(65_536);
  return bytes.toString('utf8', 0, Math.max(0, Number(readBytes(0, bytes, bytes.length))));
}

/**
 * Waits until a descriptor is readable or `nanoseconds` have passed. @param {readonly number[]} fds @param {bigint}
 * nanoseconds @returns {number[]} the readable ones
 */
export function wait(fds, nanoseconds) {
  const polled = new Int32Array(2 * fds.length);
  for (const [i, fd] of fds.entries()) polled.set([fd, POLLIN], 2 * i);
  ppoll(polled, fds.length, BigInt64Array.of(nanoseconds / second, nanoseconds % second), null);
  return fds.filter((_, i) => /** @type {number} */ (polled[2 * i + 1]) >> 16 !== 0);
}

/** struct sockaddr_in. @param {string} address @param {number} port */
export function socketAddress(address, port) {
  const bytes = Buffer.alloc(16);
  new Uint16Array(bytes.buffer, bytes.byteOffset, 1)[0] = AF_INET;
  bytes.writeUInt16BE(port, 2);
  bytes.set(address.split('.').map(Number), 4);
  return bytes;
}
