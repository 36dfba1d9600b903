// Sends and receives datagrams of one server over UDP. Each server gets a new connected socket with a random port (RFC
// 9109), so that the kernel drops packets from other hosts and reports ICMP errors. T1 is read immediately before the
// datagram leaves. T4 is the kernel's receive timestamp on Linux, elsewhere the time when this process handles the
// datagram. T1 and T4 are instants without a sign (RFC 5905 §8).

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Reading } from '../ntp/time.ts';
import { adopt } from './adopted-socket.ts';
import { type ArrivalTime, arrivalTime } from './arrival-time.ts';
import { type KernelSockets, loadKernelSockets } from './kernel-socket.ts';
import { type Channel, type ChannelListener, type Transport, TransportError } from './transport.ts';
import { checkSource, type Path, transportError } from './transport-error.ts';

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
