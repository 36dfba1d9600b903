// One UDP socket for many hosts, with a random port: where a connected socket for each would take too long. T1 and T4 are as good
// as in udp.ts. Any host can send to it: the caller must match replies by something that is hard to guess.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Reading } from '../ntp/time.ts';
import { adopt } from './adopted-socket.ts';
import { type ArrivalTime, arrivalTime } from './arrival-time.ts';
import { type KernelSockets, loadKernelSockets } from './kernel-socket.ts';
import type { Address, OpenSocket, OpenUnconnected } from './transport.ts';
import { checkSource, transportError } from './transport-error.ts';

/** The receive buffer to ask for, in bytes: Linux's default holds 256 replies, and a busy process needs more. */
const RECEIVE_BUFFER = 4 << 20;

/** The real network. `read` reads both clocks; `load` loads the C library's sockets, without which node:dgram does all the work. */
export function unconnectedSockets(
  read: () => Reading,
  load: () => Promise<KernelSockets> = loadKernelSockets,
): OpenUnconnected {
  return async (family, listener, source) => {
    const path = { address: { family, address: family === 6 ? '::' : '0.0.0.0', port: 0 } };
    try {
      const chosen = { ...path, ...(source !== undefined && { source }) };
      checkSource(chosen);
      const kernel = await load().catch((why: Error) => why);
      const driver = kernel instanceof Error ? kernel : kernelDriver(kernel, family, read, source);
      const used = driver instanceof Error ? await plainDriver(family, read, driver.message, source) : driver;
      // T4 comes first: the kernel remembers only the timestamp of the last datagram read.
      used.socket.on('message', (bytes, from) => listener({ ...used.arrivalTime(), bytes }, from.address));
      // Errors of one destination: the reply of that host is missing, which the caller notices.
      used.socket.on('error', () => {});
      enlargeBuffer(used.socket);
      return openSocket(used, source);
    } catch (error) {
      throw transportError(error, { ...path, ...(source !== undefined && { source }) });
    }
  };
}

/** The differences between a socket of the C library and one of Node. */
interface Driver {
  readonly socket: Socket;
  arrivalTime(): ArrivalTime;
  /** Reads T1 and sends. */
  send(datagram: Uint8Array, address: Address): Reading;
}

function openSocket({ socket, send }: Driver, source: string | undefined): OpenSocket {
  let open = true;
  return {
    send(datagram, address) {
      try {
        return send(datagram, address);
      } catch (error) {
        throw transportError(error, { address, ...(source !== undefined && { source }) });
      }
    },
    close() {
      if (open) socket.close();
      open = false;
    },
  };
}

function kernelDriver(
  kernel: KernelSockets,
  family: 4 | 6,
  read: () => Reading,
  source: string | undefined,
): Driver | Error {
  const fd = kernel.openUnconnected(family, source);
  const socket = adopt(kernel, fd, family);
  if (socket instanceof Error) return socket;
  let firstSent: Reading | undefined;
  return {
    socket,
    arrivalTime: () => arrivalTime(kernel.arrivalStamp(fd), read(), firstSent),
    send(datagram, address) {
      kernel.aimAt(address);
      const at = read();
      kernel.sendToIt(fd, datagram);
      firstSent ??= at;
      return at;
    },
  };
}

async function plainDriver(
  family: 4 | 6,
  read: () => Reading,
  notByKernel: string,
  source: string | undefined,
): Promise<Driver> {
  // Addresses are literal: without a lookup, `send` sends before it returns.
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    lookup: (host, _options, found) => found(null, host, family),
  });
  try {
    // Without a lookup, it may listen before `bind` returns.
    const listening = once(socket, 'listening');
    socket.bind({ port: 0, exclusive: true, ...(source !== undefined && { address: source }) });
    await listening;
  } catch (error) {
    socket.close();
    throw error;
  }
  return {
    socket,
    arrivalTime: () => ({ at: read(), stampedBy: 'process', notByKernel }),
    send(datagram, { address, port }) {
      // The socket may send after this returns, when the caller has other contents in its buffer.
      const own = Uint8Array.from(datagram);
      const at = read();
      socket.send(own, port, address, () => {});
      return at;
    },
  };
}

/** The system grants what it may. */
function enlargeBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER);
  } catch {
    // The default remains.
  }
}
