// One unconnected socket for each family of addresses. A family that this machine lacks concerns only the hosts of that family.

import type { Reading } from '../ntp/time.ts';
import {
  type Address,
  type ArrivalListener,
  type OpenSocket,
  type OpenUnconnected,
  TransportError,
} from './transport.ts';

/** The sockets of both families. */
export class FamilySockets {
  readonly #sockets = new Map<4 | 6, OpenSocket | TransportError>();

  async open(open: OpenUnconnected, listener: ArrivalListener, source?: string): Promise<void> {
    for (const family of [4, 6] as const)
      this.#sockets.set(family, await open(family, listener, source).catch(transportErrorOnly));
  }

  /** Sends. Returns when that was, or why it cannot be done; `full` if the buffers of the system are full, so that it must wait. */
  send(datagram: Uint8Array, address: Address): Reading | TransportError | 'full' {
    const socket = this.#sockets.get(address.family)!;
    if (socket instanceof TransportError) return socket;
    try {
      return socket.send(datagram, address);
    } catch (error) {
      return isFull(error) ? 'full' : transportErrorOnly(error);
    }
  }

  close(): void {
    for (const socket of this.#sockets.values()) if (!(socket instanceof TransportError)) socket.close();
  }
}

function isFull(error: unknown): boolean {
  const { code = '' } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return ['EAGAIN', 'ENOBUFS', 'ENOMEM'].includes(code);
}

function transportErrorOnly(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  throw error;
}
