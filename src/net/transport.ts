// The network interface of a burst: one connected datagram channel per server, with T1 read when sending and T4 on
// arrival. udp.ts implements it; so does the tests' simulated world.

import type { Reading } from '../ntp/time.ts';

/** The address of a server. An IPv6 link-local address includes its zone: `fe80::1%eth0`. */
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
   * The source of T4: the kernel when the packet arrived, or this process when it handled the packet. The latter is
   * late. The delay grows by the same amount and the offset by half of it, which half of the delay, part of every
   * bound, covers.
   */
  readonly stampedBy: 'kernel' | 'process';
  /** Why the kernel did not provide T4. */
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

/**
 * Why a packet cannot be sent to an address, or why none returned. Passed as a value, or thrown by `connect` and
 * `send`.
 */
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
  /** An ICMP error or similar; the channel remains usable. */
  error(error: TransportError): void;
}

/** A connected datagram socket with its own random port. */
export interface Channel {
  /** Sends one datagram and returns T1, read immediately before. Throws `TransportError`. */
  send(datagram: Uint8Array): Reading;
  close(): void;
}

/** The network, as a port: opens one channel for each server. */
export interface Transport {
  /** Opens a channel, bound to `source` if given. Rejects with `TransportError`; a missing route fails immediately. */
  connect(address: Address, listener: ChannelListener, source?: string): Promise<Channel>;
}

/** Hears what comes in on an unconnected socket, from any host. Called from the event loop. */
export type ArrivalListener = (arrival: Arrival, from: string) => void;

/** One socket for many hosts. It learns of no ICMP error: those of one host would be reported for another. */
export interface OpenSocket {
  /** Sends one datagram and returns T1, read immediately before. Throws `TransportError`. */
  send(datagram: Uint8Array, address: Address): Reading;
  close(): void;
}

/** Opens an unconnected socket, bound to `source` if given. Rejects with `TransportError`. */
export type OpenUnconnected = (
  family: 4 | 6,
  listener: ArrivalListener,
  source?: string,
) => Promise<OpenSocket>;
