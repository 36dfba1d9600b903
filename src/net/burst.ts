// One server's burst (iburst): up to N requests, one after another, each with its own nonce → samples and rejections. A
// reply that fails a test does not end the wait for the true one. A kiss-o'-death is obeyed (RFC 5905 §7.4).

import { type Authenticator, unauthenticated } from '../ntp/auth/authenticator.ts';
import type { Kiss } from '../ntp/kiss.ts';
import { encodeRequest } from '../ntp/packet.ts';
import type { PlausibleTimes } from '../ntp/plausible.ts';
import type { Request } from '../ntp/reply-tests.ts';
import { examineReply, type Rejection, requestOf, type Sample } from '../ntp/sample.ts';
import { elapsed, type MonotonicTime, type NtpTimestamp, ntpTimestampOf, type Seconds } from '../ntp/time.ts';
import { onAbort } from './abort.ts';
import { requestIntervalOf } from './request-interval.ts';
import { Requests } from './requests.ts';
import type { Timer } from './timer.ts';
import {
  type Address,
  type Arrival,
  type Channel,
  type ChannelListener,
  type Transport,
  TransportError,
} from './transport.ts';

/**
 * After this many requests without a usable reply, the survey no longer waits for this server once all others are done.
 */
const UNRESPONSIVE_AFTER = 2;
/** After these failed tests, keep waiting: the packet was not the server's reply, which may still arrive. */
const KEEP_WAITING_AFTER: ReadonlySet<Rejection['test']> = new Set(['1', '2', '3', '5', 'B']);
/** The number of rejections kept for the report; further ones are only counted. */
const REJECTIONS_KEPT = 16;

export interface BurstPlan {
  /** The number of requests to send, at least 1. */
  readonly samples: number;
  /** How long to wait for a reply, in seconds. */
  readonly timeout: Seconds;
  readonly interval: 'auto' | Seconds;
  readonly version: number;
  readonly plausible: PlausibleTimes;
  /** The largest acceptable root distance, in seconds. A reply whose delay alone exceeds it is not a sample. */
  readonly maxDistance: Seconds;
  /** The local address to send from. */
  readonly source?: string;
  /** Authenticates requests and replies; by default nothing does. */
  readonly authenticator?: Authenticator;
}

export interface BurstPorts {
  readonly transport: Transport;
  readonly timer: Timer;
  /** The precision of our clock in seconds, for the dispersion. */
  readonly precision: Seconds;
  /** Returns cryptographically random bytes. */
  readonly random: (length: number) => Uint8Array;
}

export type BurstEvent =
  | { readonly kind: 'transmit'; readonly address: Address; readonly request: Request }
  | {
      readonly kind: 'receive';
      readonly address: Address;
      readonly arrival: Arrival;
      readonly result: Sample | Rejection;
    }
  | { readonly kind: 'timeout'; readonly address: Address; readonly waited: Seconds }
  | { readonly kind: 'unreachable'; readonly address: Address; readonly error: TransportError }
  /** At least two requests without a usable reply: the survey need not wait for this server. */
  | { readonly kind: 'unresponsive'; readonly address: Address };

/** What came of asking one address: its samples, its rejected replies, and how many packets went out and came back. */
export interface Burst {
  readonly samples: readonly Sample[];
  /** The first replies that failed a test. */
  readonly rejections: readonly Rejection[];
  /** The number of replies that failed a test. */
  readonly rejected: number;
  readonly sent: number;
  /** The longest wait for each reply, in seconds. */
  readonly timeout: Seconds;
  /** The number of requests that got a reply in time, usable or not. */
  readonly answered: number;
  /** The kiss that ended or slowed the burst. */
  readonly kiss?: Kiss;
  /** The run ended while the last request still waited for its reply. */
  readonly cutShort?: true;
  /** The last network error, if any. */
  readonly error?: TransportError;
}

/**
 * Queries one address. Never rejects: failures are part of the result. An abort ends the burst early with the results
 * so far.
 */
export async function runBurst(
  address: Address,
  plan: BurstPlan,
  ports: BurstPorts,
  emit: (event: BurstEvent) => void,
  signal: AbortSignal,
): Promise<Burst> {
  const exchanges = new Exchanges(address, plan, ports, emit);
  try {
    const channel = await ports.transport.connect(address, exchanges, plan.source);
    try {
      while (!signal.aborted) {
        await exchanges.next(channel, signal);
        if (signal.aborted || exchanges.finished()) break;
        await ports.timer.sleep(exchanges.untilNext(), signal);
      }
    } finally {
      channel.close();
    }
  } catch (error) {
    exchanges.error(error);
  }
  return exchanges.result();
}

/** Why the wait for a reply ended. */
type End = 'replied' | 'failed' | 'waited' | 'aborted';

/** Matches replies to the requests of one burst and collects the results. */
class Exchanges implements ChannelListener {
  readonly #address: Address;
  readonly #plan: BurstPlan;
  readonly #ports: BurstPorts;
  readonly #emit: (event: BurstEvent) => void;

  readonly #samples: Sample[] = [];
  readonly #rejections: Rejection[] = [];
  #rejected = 0;
  #sent = 0;
  readonly #requests = new Requests();
  /** The authenticator has no credentials left. */
  #exhausted = false;
  #kiss: Kiss | undefined;
  #error: TransportError | undefined;
  #cutShort = false;
  #leastRoundTrip: Seconds | undefined;
  #lastSent: MonotonicTime | undefined;

  /** Ends the wait for the current request. */
  #endWait: (end: End) => void = () => {};

  constructor(address: Address, plan: BurstPlan, ports: BurstPorts, emit: (event: BurstEvent) => void) {
    this.#address = address;
    this.#plan = plan;
    this.#ports = ports;
    this.#emit = emit;
  }

  /** Sends one request and waits for a reply, an error, the timeout, or the abort, whichever comes first. */
  async next(channel: Channel, signal: AbortSignal): Promise<void> {
    const { timeout } = this.#plan;
    const concluded = new Promise<End>(resolve => {
      this.#endWait = resolve;
    });
    if (!this.#send(channel)) return;
    const cancel = this.#ports.timer.after(timeout, () => this.#endWait('waited'));
    const stopListening = onAbort(signal, () => this.#endWait('aborted'));
    const end = await concluded;
    cancel();
    stopListening();
    this.#cutShort = end === 'aborted';
    if (end === 'waited') {
      this.#emit({ kind: 'timeout', address: this.#address, waited: timeout });
      this.#requests.expire();
    }
    if (this.#samples.length === 0 && this.#sent >= UNRESPONSIVE_AFTER) {
      this.#emit({ kind: 'unresponsive', address: this.#address });
    }
  }

  finished(): boolean {
    const dead =
      this.#error !== undefined && this.#requests.answered === 0 && this.#sent >= UNRESPONSIVE_AFTER;
    const enough = this.#sent >= this.#plan.samples || this.#exhausted;
    return enough || this.#kiss?.demand === 'stop' || dead;
  }

  /** Seconds until the next request is due. */
  untilNext(): Seconds {
    const spacing = requestIntervalOf(this.#plan.interval, this.#address, {
      leastRoundTrip: this.#leastRoundTrip,
      lost: this.#sent > this.#requests.answered,
      kissed: this.#kiss !== undefined,
    });
    const since = this.#lastSent === undefined ? 0 : elapsed(this.#ports.timer.now(), this.#lastSent);
    return Math.max(0, spacing - since);
  }

  arrival(arrival: Arrival): void {
    const { bytes, at } = arrival;
    const { states } = this.#requests;
    const request = requestOf(bytes, states.outstanding);
    const late = requestOf(bytes, states.expired);
    const result = examineReply(bytes, at, {
      ...states,
      precision: this.#ports.precision,
      maxDistance: this.#plan.maxDistance,
      plausible: this.#plan.plausible,
    });
    if (result.kind === 'sample') this.#samples.push(result);
    else this.#reject(result);
    this.#emit({ kind: 'receive', address: this.#address, arrival, result });
    if (late) this.#requests.close(late);
    if (!request) return;
    const roundTrip = elapsed(at.monotonic, request.sent.monotonic);
    this.#leastRoundTrip = Math.min(this.#leastRoundTrip ?? roundTrip, roundTrip);
    this.#requests.answer(request);
    if (result.kind === 'sample' || result.kind === 'kiss') this.#requests.close(request);
    if (result.kind === 'sample' || !KEEP_WAITING_AFTER.has(result.test)) this.#endWait('replied');
  }

  /** The error may belong to an earlier datagram. It ends the wait, but a true reply that still arrives counts. */
  error(error: unknown): void {
    if (!(error instanceof TransportError)) throw error;
    this.#error = error;
    this.#emit({ kind: 'unreachable', address: this.#address, error });
    this.#endWait('failed');
  }

  result(): Burst {
    return {
      samples: this.#samples,
      rejections: this.#rejections,
      rejected: this.#rejected,
      sent: this.#sent,
      timeout: this.#plan.timeout,
      answered: this.#requests.answered,
      ...(this.#kiss && { kiss: this.#kiss }),
      ...(this.#cutShort && { cutShort: true }),
      ...(this.#error && { error: this.#error }),
    };
  }

  /** Returns whether a request was sent. Completes all slow work before reading T1. */
  #send(channel: Channel): boolean {
    const nonce = this.#freshNonce();
    const { version, authenticator = unauthenticated } = this.#plan;
    const sealed = authenticator.seal(encodeRequest(version, nonce));
    this.#exhausted = sealed === undefined;
    if (!sealed) return false;
    const { bytes, check } = sealed;
    this.#lastSent = this.#ports.timer.now();
    this.#sent += 1;
    const request: Request = { nonce, check, sent: channel.send(bytes) };
    this.#requests.add(request);
    this.#emit({ kind: 'transmit', address: this.#address, request });
    return true;
  }

  /** 64 random bits. Never zero, because a server that leaves the field empty returns zero. */
  #freshNonce(): NtpTimestamp {
    const bytes = this.#ports.random(8);
    const nonce = ntpTimestampOf(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
    return nonce === 0n ? this.#freshNonce() : nonce;
  }

  #reject(rejection: Rejection): void {
    this.#rejected += 1;
    if (this.#rejections.length < REJECTIONS_KEPT) this.#rejections.push(rejection);
    if (rejection.kind === 'kiss') this.#kiss = rejection.kiss;
  }
}
