// One server's burst (iburst): up to N requests, one after the other, each with its own nonce → samples and
// rejections. A reply that fails a test does not end the wait for the true one; a kiss is obeyed (RFC 5905 §7.4).

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

/** After so many requests without a usable reply, the survey no longer waits for this server once all others are done. */
const HOPELESS_AFTER = 2;
/** Failed tests that say the reply was no server's answer at all: the true one may still come, and is waited for. */
const NOT_ITS_WORD: ReadonlySet<Rejection['test']> = new Set(['1', '2', '3', '5', 'B']);
/** Rejections kept for the report; a flood of junk is only counted. */
const REJECTIONS_KEPT = 16;

export interface BurstPlan {
  /** Requests to send, 1 or more. */
  readonly samples: number;
  /** How long to wait for one reply. */
  readonly timeout: Seconds;
  readonly interval: 'auto' | Seconds;
  readonly version: number;
  readonly plausible: PlausibleTimes;
  /** The greatest root distance that is believed: a reply whose delay alone exceeds it is none. */
  readonly maxDistance: Seconds;
  /** Send from this address. */
  readonly source?: string;
  /** What requests and replies are authenticated with; nothing unless given. */
  readonly authenticator?: Authenticator;
}

export interface BurstPorts {
  readonly transport: Transport;
  readonly timer: Timer;
  /** Our clock's, for the dispersion. */
  readonly precision: Seconds;
  /** Cryptographically random bytes. */
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
  /** Two requests or more without a usable reply: the survey need not wait for this server. */
  | { readonly kind: 'hopeless'; readonly address: Address };

/** What came of asking one address: its samples, its rejected replies, and how many packets went out and came back. */
export interface Burst {
  readonly samples: readonly Sample[];
  /** The first few replies that failed a test. */
  readonly rejections: readonly Rejection[];
  /** How many failed in all. */
  readonly rejected: number;
  readonly sent: number;
  /** How long a reply to each was waited for, at most. */
  readonly timeout: Seconds;
  /** How many requests had a reply in that time, good or not. */
  readonly answered: number;
  /** The kiss that ended or slowed the burst. */
  readonly kiss?: Kiss;
  /** What the network said last, when it said anything. */
  readonly error?: TransportError;
}

/** Asks one address. Never rejects: what went wrong is in the result. An abort ends it with what there is. */
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

/** What ends the wait for a reply. */
type End = 'replied' | 'failed' | 'waited' | 'aborted';

/** The requests and replies of one burst: matches the ones with the others and keeps what came of them. */
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
  /** The authenticator has nothing left to ask with. */
  #exhausted = false;
  #kiss: Kiss | undefined;
  #error: TransportError | undefined;
  #leastRoundTrip: Seconds | undefined;
  #lastSent: MonotonicTime | undefined;

  /** Ends the wait for the request under way. */
  #conclude: (end: End) => void = () => {};

  constructor(address: Address, plan: BurstPlan, ports: BurstPorts, emit: (event: BurstEvent) => void) {
    this.#address = address;
    this.#plan = plan;
    this.#ports = ports;
    this.#emit = emit;
  }

  /** Sends one request, and waits for a reply, an error, the timeout or the abort, whichever is first. */
  async next(channel: Channel, signal: AbortSignal): Promise<void> {
    const { timeout } = this.#plan;
    const concluded = new Promise<End>(resolve => {
      this.#conclude = resolve;
    });
    if (!this.#send(channel)) return;
    const cancel = this.#ports.timer.after(timeout, () => this.#conclude('waited'));
    const stopListening = onAbort(signal, () => this.#conclude('aborted'));
    const end = await concluded;
    cancel();
    stopListening();
    if (end === 'waited') {
      this.#emit({ kind: 'timeout', address: this.#address, waited: timeout });
      this.#requests.expire();
    }
    if (this.#samples.length === 0 && this.#sent >= HOPELESS_AFTER) {
      this.#emit({ kind: 'hopeless', address: this.#address });
    }
  }

  finished(): boolean {
    const dead = this.#error !== undefined && this.#requests.answered === 0 && this.#sent >= HOPELESS_AFTER;
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
    if (result.kind === 'sample' || !NOT_ITS_WORD.has(result.test)) this.#conclude('replied');
  }

  /** It may be an earlier datagram's: the wait ends, and a true reply that comes all the same counts. */
  error(error: unknown): void {
    if (!(error instanceof TransportError)) throw error;
    this.#error = error;
    this.#emit({ kind: 'unreachable', address: this.#address, error });
    this.#conclude('failed');
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
      ...(this.#error && { error: this.#error }),
    };
  }

  /** Whether it could. All that takes time is done before T1 is read. */
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

  /** 64 random bits; never zero, which is what a field that was not filled in has. */
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
