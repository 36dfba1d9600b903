// A descriptor of the C library → a socket of node:dgram, which reads from it and closes it.

import { createSocket, type Socket } from 'node:dgram';
import type { KernelSockets } from './kernel-socket.ts';

/**
 * Hands the descriptor to node:dgram, which then reads from it and closes it; returns an error if node:dgram rejects
 * it.
 */
export function adopt(kernel: KernelSockets, fd: number, family: 4 | 6): Socket | Error {
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
