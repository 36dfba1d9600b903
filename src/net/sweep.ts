// Many addresses → the reply of each, or the reason why there is none. Sends one request to each from a single socket, paced, and
// a second one where none came back. A reply is matched by its nonce, not by the address it came from: a host with several
// addresses may answer from another one.

import { encodeRequest, HEADER_LENGTH } from '../ntp/packet.ts';
import type { PlausibleTimes } from '../ntp/plausible.ts';
import type { Request } from '../ntp/reply-tests.ts';
import { examineReply, type Rejection, type Sample } from '../ntp/sample.ts';
import { elapsed, type MonotonicTime, type NtpTimestamp, ntpTimestampOf, type Seconds } from '../ntp/time.ts';
import { onAbort } from './abort.ts';
import { Fifo } from './fifo.ts';
import { Nonces } from './nonces.ts';
import { Pacing, type Place } from './pacing.ts';
import type { Timer } from './timer.ts';
import {
  type Address,
  type Arrival,
  type OpenSocket,
  type OpenUnconnected,
  TransportError,
} from './transport.ts';

/** The number of requests to an address that does not answer. */
const TRIES = 2;
/** How many hosts may wait for their first request before more are added. */
const FEW = 256;
/** How often to look for requests that are due, in seconds. */
const TICK: Seconds = 0.004;
/** Where a reply repeats the nonce of its request (RFC 5905 §7.3, figure 8). */
const ORIGIN = 24;

export interface SweepPlan {
  /** Requests per second to addresses beyond this machine. */
  readonly rate: number;
  /** How long to wait for the reply of an address, in seconds; the second request is sent after half of it. */
  readonly timeout: Seconds;
  readonly version: number;
  readonly plausible: PlausibleTimes;
  /** As in `Expectation`. */
  readonly maxDistance: Seconds;
  /** The local address to send from. */
  readonly source?: string;
}

export interface SweepPorts {
  readonly openUnconnected: OpenUnconnected;
  readonly timer: Timer;
  /** The precision of our clock in seconds, for the dispersion. */
  readonly precision: Seconds;
  /** Returns cryptographically random bytes. */
  readonly random: (length: number) => Uint8Array;
}

/** What came of asking one host. */
export type Swept =
  /** Its reply: a sample, or the test that the reply failed. */
  | {
      readonly kind: 'answered';
      readonly address: Address;
      readonly result: Sample | Rejection;
      /** The address that the reply came from, if another one. */
      readonly repliedFrom?: string;
    }
  /** No reply came in time. */
  | { readonly kind: 'silent'; readonly address: Address }
  /** Nothing can be sent to any of its addresses. */
  | { readonly kind: 'unreachable'; readonly address: Address; readonly error: TransportError };

/** A sweep in progress. */
export interface Sweep {
  /** Asks a host, whose addresses are tried in turn; must not be empty. `answer` is called once, unless the sweep is aborted. */
  add(addresses: readonly Address[], answer: (swept: Swept) => void): void;
  /** Resolves once few hosts wait for their first request, so that a long list need not be in memory as a whole. */
  room(): Promise<void>;
  /** Resolves once every host has been concluded, or the sweep is aborted. No host may be added later. */
  finish(): Promise<void>;
}

/** A host that is being asked. */
interface Asked {
  readonly addresses: readonly Address[];
  readonly answer: (swept: Swept) => void;
  readonly requests: Request[];
  /** The number of addresses to which nothing could be sent. */
  failures: number;
  place?: Place;
  /** A reply that could not be used: a usable one may follow. */
  unusable?: Swept;
  concluded: boolean;
}

/** Starts a sweep. An abort ends it: what is unanswered then is never concluded. */
export async function startSweep(plan: SweepPlan, ports: SweepPorts, signal: AbortSignal): Promise<Sweep> {
  const sweep = new Sweeping(plan, ports);
  await sweep.open();
  const stopListening = onAbort(signal, () => sweep.close());
  return {
    add: (addresses, answer) => sweep.add(addresses, answer),
    room: () => sweep.room(),
    finish: () => sweep.finish().finally(stopListening),
  };
}

class Sweeping {
  readonly #plan: SweepPlan;
  readonly #ports: SweepPorts;
  readonly #nonces: Nonces;
  readonly #pacing: Pacing;
  readonly #sockets = new Map<4 | 6, OpenSocket | TransportError>();
  readonly #byNonce = new Map<NtpTimestamp, Asked>();
  /** Hosts that wait for their next request. */
  readonly #ready = new Fifo<Asked>();
  /** Requests in the order in which they were sent, which is that of their timeouts. */
  readonly #sent = new Fifo<{ readonly nonce: NtpTimestamp; readonly at: Seconds }>();
  #hasRoom: (() => void) | undefined;
  readonly #began: MonotonicTime;
  #pending = 0;
  #cancelTick: (() => void) | undefined;
  #finished: (() => void) | undefined;
  #closed = false;

  constructor(plan: SweepPlan, ports: SweepPorts) {
    this.#plan = plan;
    this.#ports = ports;
    this.#nonces = new Nonces(ports.random);
    this.#pacing = new Pacing(plan.rate);
    this.#began = ports.timer.now();
  }

  /** A family that this machine lacks concerns only the hosts of that family. */
  async open(): Promise<void> {
    const listener = (arrival: Arrival, from: string) => this.#arrived(arrival, from);
    for (const family of [4, 6] as const) {
      const opening = this.#ports.openUnconnected(family, listener, this.#plan.source);
      this.#sockets.set(family, await opening.catch(transportErrorOnly));
    }
  }

  add(addresses: readonly Address[], answer: (swept: Swept) => void): void {
    if (this.#closed) return;
    this.#pending += 1;
    this.#ready.push({ addresses, answer, requests: [], failures: 0, concluded: false });
    this.#cancelTick ??= this.#ports.timer.after(0, () => this.#tick());
  }

  room(): Promise<void> {
    if (this.#ready.length < FEW || this.#closed) return Promise.resolve();
    return new Promise(resolve => {
      this.#hasRoom = resolve;
    });
  }

  finish(): Promise<void> {
    return new Promise(resolve => {
      this.#finished = resolve;
      if (this.#pending === 0 || this.#closed) this.close();
    });
  }

  close(): void {
    if (!this.#closed)
      for (const socket of this.#sockets.values()) if (!(socket instanceof TransportError)) socket.close();
    this.#closed = true;
    this.#cancelTick?.();
    this.#hasRoom?.();
    this.#finished?.();
  }

  #tick(): void {
    this.#cancelTick = undefined;
    const now = this.#now();
    this.#expire(now);
    this.#sendReady(now);
    if (this.#pending > 0 && !this.#closed)
      this.#cancelTick = this.#ports.timer.after(TICK, () => this.#tick());
  }

  #now(): Seconds {
    return elapsed(this.#ports.timer.now(), this.#began);
  }

  /** Sends as many requests as the pacing and the system's buffers allow. */
  #sendReady(now: Seconds): void {
    for (let asked = this.#ready.first; asked && !this.#closed; asked = this.#ready.first) {
      if (!asked.concluded) {
        const place = this.#pacing.take(addressOf(asked).address, now);
        if (!place) return;
        if (!this.#send(asked, place, now)) {
          this.#pacing.leave(place);
          return;
        }
      }
      this.#ready.shift();
      if (this.#ready.length < FEW) this.#hasRoom?.();
    }
  }

  /** Returns false if the system's buffers are full, so that the request must wait. */
  #send(asked: Asked, place: Place, at: Seconds): boolean {
    const nonce = this.#nonces.next();
    const address = addressOf(asked);
    const socket = this.#sockets.get(address.family)!;
    try {
      if (socket instanceof TransportError) throw socket;
      const sent = socket.send(encodeRequest(this.#plan.version, nonce), address);
      asked.requests.push({ nonce, sent });
      asked.place = place;
      this.#byNonce.set(nonce, asked);
      this.#sent.push({ nonce, at });
      return true;
    } catch (error) {
      if (isFull(error)) return false;
      this.#pacing.leave(place);
      this.#failed(asked, transportErrorOnly(error));
      return true;
    }
  }

  /** Tries the next address at once. Without another one, waits for the replies to earlier requests, if there are any. */
  #failed(asked: Asked, error: TransportError): void {
    const address = addressOf(asked);
    asked.failures += 1;
    if (asked.failures < asked.addresses.length) this.#ready.push(asked);
    else if (asked.requests.length === 0) this.#conclude(asked, { kind: 'unreachable', address, error });
    else this.#conclude(asked, asked.unusable ?? { kind: 'silent', address });
  }

  #expire(now: Seconds): void {
    const patience = this.#plan.timeout / TRIES;
    for (let { first } = this.#sent; first && now - first.at >= patience; first = this.#sent.first) {
      this.#sent.shift();
      const asked = this.#byNonce.get(first.nonce);
      if (!asked) continue;
      const address = addressOf(asked, asked.requests.length - 1);
      if (asked.requests.length < TRIES) this.#ready.push(asked);
      else this.#conclude(asked, asked.unusable ?? { kind: 'silent', address });
    }
  }

  #arrived({ bytes, at }: Arrival, from: string): void {
    if (bytes.length < HEADER_LENGTH || this.#closed) return;
    const asked = this.#byNonce.get(originOf(bytes));
    if (!asked) return;
    const { requests, addresses } = asked;
    const { maxDistance, plausible } = this.#plan;
    const { precision } = this.#ports;
    const expected = { outstanding: requests, expired: [], closed: [], precision, maxDistance, plausible };
    const result = examineReply(bytes, at, expected);
    const address = addresses.find(one => one.address === from);
    const answered: Swept = {
      kind: 'answered',
      address: address ?? addressOf(asked, requests.length - 1),
      result,
      ...(!address && { repliedFrom: from }),
    };
    if (isFinal(result)) this.#conclude(asked, answered);
    else asked.unusable = answered;
    this.#sendReady(this.#now());
  }

  #conclude(asked: Asked, swept: Swept): void {
    asked.concluded = true;
    if (asked.place) this.#pacing.leave(asked.place);
    for (const { nonce } of asked.requests) this.#byNonce.delete(nonce);
    this.#pending -= 1;
    asked.answer(swept);
    if (this.#pending === 0 && this.#finished) this.close();
  }
}

/** The address of the next request, or of an earlier one: each request goes to the next address. */
function addressOf({ addresses, requests, failures }: Asked, tries = requests.length): Address {
  return addresses[(tries + failures) % addresses.length]!;
}

function originOf(bytes: Uint8Array): NtpTimestamp {
  return ntpTimestampOf(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(ORIGIN));
}

/** After other results, keep waiting: the packet was not the host's reply, which may still arrive. */
function isFinal(result: Sample | Rejection): boolean {
  return result.kind === 'sample' || !['3', '5', 'B'].includes(result.test);
}

function isFull(error: unknown): boolean {
  const { code = '' } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return ['EAGAIN', 'ENOBUFS', 'ENOMEM'].includes(code);
}

function transportErrorOnly(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  throw error;
}
