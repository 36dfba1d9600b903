// Sends and receives datagrams of one server over UDP. Each server gets a new connected socket with a random port (RFC
// 9109), so that the kernel drops packets from other hosts and reports ICMP errors. T1 is read immediately before the
// datagram leaves. T4 is the kernel's receive timestamp on Linux, elsewhere the time when this process handles the
// datagram. T1 and T4 are instants without a sign (RFC 5905 §8).

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { monotonicTimeOf, type Reading, type UnixTime } from '../ntp/time.ts';
import { escaped, familyOf } from '../sources/server.ts';
import { type KernelSockets, loadKernelSockets } from './kernel-socket.ts';
import {
  type Address,
  type Arrival,
  type Channel,
  type ChannelListener,
  type Transport,
  TransportError,
  type TransportErrorKind,
} from './transport.ts';

/**
 * The real network. `read` reads both clocks for each datagram. `load` loads the C library's sockets; if it rejects, or
 * node:dgram does not accept them, node:dgram does all the work.
 */
export function udpTransport(
  read: () => Reading,
  load: () => Promise<KernelSockets> = loadKernelSockets,
): Transport {
  let loading: Promise<KernelSockets | Error> | undefined;
  return {
    async connect(address, listener, source) {
      loading ??= load().catch((why: Error) => why);
      const kernel = await loading;
      const path: Path = { address, ...(source !== undefined && { source }) };
      try {
        checkSource(path);
        const channel = kernel instanceof Error ? kernel : kernelChannel(kernel, path, listener, read);
        if (!(channel instanceof Error)) return channel;
        return plainChannel(await plainSocket(path), path, listener, read, channel.message);
      } catch (error) {
        throw transportError(error, path);
      }
    },
  };
}

/** The local and the remote address. */
interface Path {
  readonly address: Address;
  readonly source?: string;
}

function checkSource({ address, source }: Path): void {
  if (source === undefined || familyOf(source) === address.family) return;
  throw new TransportError(
    'bad-source-address',
    `cannot send from ${escaped(source)} to ${address.address}: the source must be an IPv${address.family} address too`,
  );
}

/** A channel over the C library's socket, or the reason why this runtime cannot use one. */
function kernelChannel(
  kernel: KernelSockets,
  path: Path,
  listener: ChannelListener,
  read: () => Reading,
): Channel | Error {
  const fd = kernel.open(path.address, path.source);
  const socket = adopt(kernel, fd, path.address.family);
  if (socket instanceof Error) return socket;
  let firstSent: Reading | undefined;

  function sendNow(datagram: Uint8Array): Reading {
    // Code that just ran is in the processor's caches: this saves 3 µs between T1 and the wire.
    kernel.warmUp(datagram);
    const at = read();
    kernel.send(fd, datagram);
    firstSent ??= at;
    return at;
  }

  return channel(socket, path, listener, {
    arrivalTime: () => arrivalTime(kernel.arrivalStamp(fd), read(), firstSent),
    send(datagram, report) {
      try {
        return sendNow(datagram);
      } catch (error) {
        // An error that does not recur on the second try was pending on the socket: it belongs to an earlier datagram.
        const at = sendNow(datagram);
        setImmediate(report, error);
        return at;
      }
    },
  });
}

/**
 * Hands the descriptor to node:dgram, which then reads from it and closes it; returns an error if node:dgram rejects
 * it.
 */
function adopt(kernel: KernelSockets, fd: number, family: 4 | 6): Socket | Error {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    // Exclusive: otherwise a node:cluster worker would have its primary bind the descriptor, which does not exist
    // there.
    return socket.bind({ fd, exclusive: true });
  } catch (cause) {
    kernel.close(fd);
    socket.close();
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    return new Error(`node:dgram refuses its socket (${code})`, { cause });
  }
}

/** The kernel's timestamp, if plausible: not in the future and not before the first request. */
function arrivalTime(stamp: UnixTime | undefined, now: Reading, firstSent: Reading | undefined): ArrivalTime {
  const byProcess = (notByKernel: string) => ({ at: now, stampedBy: 'process', notByKernel }) as const;
  if (stamp === undefined) return byProcess('it has no timestamp for this datagram');
  const age = now.time - stamp;
  // Compared on the monotonic clock: a step between the two readings must not invalidate the timestamp.
  if (firstSent === undefined || age < 0n || age > now.monotonic - firstSent.monotonic)
    return byProcess(
      `its timestamp is implausible: ${Number(age) / 1e9} s before this process read the clock`,
    );
  return { at: { time: stamp, monotonic: monotonicTimeOf(now.monotonic - age) }, stampedBy: 'kernel' };
}

async function plainSocket({ address, source }: Path): Promise<Socket> {
  const socket = createSocket(address.family === 6 ? 'udp6' : 'udp4');
  try {
    if (source !== undefined) {
      socket.bind({ address: source, port: 0, exclusive: true });
      await once(socket, 'listening');
    }
    socket.connect(address.port, address.address);
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

function plainChannel(
  socket: Socket,
  path: Path,
  listener: ChannelListener,
  read: () => Reading,
  notByKernel: string,
): Channel {
  return channel(socket, path, listener, {
    arrivalTime: () => ({ at: read(), stampedBy: 'process', notByKernel }),
    send(datagram, report) {
      const at = read();
      // On a connected socket, this sends before it returns; only errors arrive later.
      socket.send(datagram, error => error && report(error));
      return at;
    },
  });
}

type ArrivalTime = Omit<Arrival, 'bytes'>;

/** The differences between the two kinds of channel. */
interface ChannelDriver {
  /** T4 of the datagram that was just read. */
  arrivalTime(): ArrivalTime;
  /** Sends and returns T1. Throws immediate errors and reports later ones. */
  send(datagram: Uint8Array, report: (error: unknown) => void): Reading;
}

function channel(socket: Socket, path: Path, listener: ChannelListener, driver: ChannelDriver): Channel {
  let open = true;
  const report = (error: unknown): void => {
    if (open) listener.error(transportError(error, path));
  };
  // T4 comes first: the kernel remembers only the timestamp of the last datagram read.
  socket.on('message', bytes => listener.arrival({ ...driver.arrivalTime(), bytes }));
  socket.on('error', report);
  return {
    send(datagram) {
      if (!open) throw new TransportError('failed', `the channel to ${path.address.address} is closed`);
      try {
        return driver.send(datagram, report);
      } catch (error) {
        throw transportError(error, path);
      }
    },
    close() {
      if (open) socket.close();
      open = false;
    },
  };
}

function transportError(cause: unknown, { address, source }: Path): TransportError {
  if (cause instanceof TransportError) return cause;
  const { code = String(cause), syscall } = cause as NodeJS.ErrnoException;
  const fail = (kind: TransportErrorKind, message: string): TransportError =>
    new TransportError(kind, `${message} (${syscall ?? 'socket'}: ${code})`, { cause });
  if (source !== undefined && syscall === 'bind' && NOT_OURS.has(code)) {
    return fail('bad-source-address', `cannot send from ${source}: this machine has no such address`);
  }
  switch (code) {
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENETDOWN':
    case 'ENODEV':
      return fail('no-route', `no route to ${address.address}`);
    case 'EINVAL':
      return fail(
        'no-route',
        `no route to ${address.address}: add the interface of the link-local address, as in fe80::1%eth0`,
      );
    case 'ECONNREFUSED':
      return new TransportError('connection-refused', `refused: no NTP server listens there (${code})`, {
        cause,
      });
    case 'EACCES':
    case 'EPERM':
      return fail('not-permitted', 'sending is not permitted: a firewall or a sandbox forbids it');
    case 'EMFILE':
    case 'ENFILE':
      return fail(
        'too-many-sockets',
        'too many open sockets: use fewer servers or raise the limit (ulimit -n)',
      );
    default:
      return fail('failed', 'the server cannot be reached');
  }
}

const NOT_OURS: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EINVAL', 'ENODEV', 'EAFNOSUPPORT']);
