// What the burst needs of a network: one connected datagram channel for each server, with T1 read at
// sending and T4 read at arrival. udp.ts is the real one; the tests' simulated world is the other.

import type { Reading } from '../ntp/time.ts';

/** Where a server is. An IPv6 link-local address carries its zone: `fe80::1%eth0`. */
export interface Address {
  readonly family: 4 | 6;
  readonly address: string;
  readonly port: number;
}

/** One datagram that came in, with the instant at which it did (T4). */
export interface Arrival {
  readonly bytes: Uint8Array;
  readonly at: Reading;
  /**
   * Who read T4: the kernel as the packet came in, or this process when it got to it. The latter is late, by as much
   * as the delay is too long and by twice what the offset errs: half of the delay, which every bound has, covers it.
   */
  readonly stampedBy: 'kernel' | 'process';
  /** Why it was not the kernel. */
  readonly notByKernel?: string;
}

/** Why nothing can be sent to an address. */
export type TransportErrorKind =
  | 'no-route'
  | 'connection-refused'
  | 'not-permitted'
  | 'too-many-sockets'
  | 'bad-source-address'
  | 'failed';

/** Why nothing can be sent to, or has come back from, an address. Passed as a value, or thrown by `connect` and `send`. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly kind: TransportErrorKind;
  constructor(kind: TransportErrorKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** Hears what comes in on a channel. Called from the event loop, never from inside `connect` or `send`. */
export interface ChannelListener {
  arrival(arrival: Arrival): void;
  /** An ICMP error or the like; the channel stays usable. */
  error(error: TransportError): void;
}

/** A connected datagram socket with its own random port. */
export interface Channel {
  /** Sends one datagram and returns T1, read just before. Throws `TransportError`. */
  send(datagram: Uint8Array): Reading;
  close(): void;
}

/** The network, as a port: opens one channel for each server. */
export interface Transport {
  /** Opens a channel, bound to `source` if given. Rejects with `TransportError`: no route fails here, at once. */
  connect(address: Address, listener: ChannelListener, source?: string): Promise<Channel>;
}
