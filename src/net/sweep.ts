// Many addresses → the reply of each, or the reason why there is none. Sends one request to each from a single socket, paced, and
// a second one where none came back. A reply is matched by its nonce, not by the address it came from: a host with several
// addresses may answer from another one.

import { encodeRequest, HEADER_LENGTH } from '../ntp/packet.ts';
import type { PlausibleTimes } from '../ntp/plausible.ts';
import { examineReply } from '../ntp/sample.ts';
import { elapsed, type MonotonicTime, type Seconds } from '../ntp/time.ts';
import { onAbort } from './abort.ts';
import {
  type AskedHost,
  addressOf,
  answeredBy,
  isFinalReply,
  type Swept,
  silenceOf,
  TRIES,
} from './asked-host.ts';
import { FamilySockets } from './family-sockets.ts';
import { Fifo } from './fifo.ts';
import { Nonces } from './nonces.ts';
import { OutstandingRequests } from './outstanding-requests.ts';
import { Pacing, type Place } from './pacing.ts';
import type { Timer } from './timer.ts';
import { type Address, type Arrival, type OpenUnconnected, TransportError } from './transport.ts';

/** How many hosts may wait for their first request before more are added. */
const FEW = 256;
/** How often to look for requests that are due, in seconds. */
const TICK: Seconds = 0.004;

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

/** A sweep in progress. */
export interface Sweep {
  /** Asks a host, whose addresses are tried in turn; must not be empty. */
  add(host: number, addresses: readonly Address[]): void;
  /** Resolves once few hosts wait for their first request, so that a long list need not be in memory as a whole; absent if it is so now. */
  room(): Promise<void> | undefined;
  /** Resolves once every host has been concluded, or the sweep is aborted. No host may be added later. */
  finish(): Promise<void>;
}

/** Starts a sweep. `answer` is called once for each host, but an abort ends the sweep: what is unanswered then is never concluded. */
export async function startSweep(
  plan: SweepPlan,
  ports: SweepPorts,
  signal: AbortSignal,
  answer: (host: number, swept: Swept) => void,
): Promise<Sweep> {
  const sweep = new Sweeping(plan, ports, answer);
  await sweep.open();
  const stopListening = onAbort(signal, () => sweep.close());
  return {
    add: (host, addresses) => sweep.add(host, addresses),
    room: () => sweep.room(),
    finish: () => sweep.finish().finally(stopListening),
  };
}

class Sweeping {
  readonly #plan: SweepPlan;
  readonly #ports: SweepPorts;
  readonly #answer: (host: number, swept: Swept) => void;
  readonly #nonces: Nonces;
  readonly #pacing: Pacing;
  readonly #sockets = new FamilySockets();
  readonly #outstanding = new OutstandingRequests();
  /** Hosts that wait for their next request. */
  readonly #ready = new Fifo<AskedHost>();
  #hasRoom: (() => void) | undefined;
  readonly #began: MonotonicTime;
  #pending = 0;
  #cancelTick: (() => void) | undefined;
  #finished: (() => void) | undefined;
  #closed = false;

  constructor(plan: SweepPlan, ports: SweepPorts, answer: (host: number, swept: Swept) => void) {
    this.#plan = plan;
    this.#ports = ports;
    this.#answer = answer;
    this.#nonces = new Nonces(ports.random);
    this.#pacing = new Pacing(plan.rate);
    this.#began = ports.timer.now();
  }

  open(): Promise<void> {
    const { openUnconnected } = this.#ports;
    return this.#sockets.open(
      openUnconnected,
      (arrival, from) => this.#arrived(arrival, from),
      this.#plan.source,
    );
  }

  add(host: number, addresses: readonly Address[]): void {
    if (this.#closed) return;
    this.#pending += 1;
    this.#ready.push({ host, addresses, requests: [], failures: 0, concluded: false });
    this.#cancelTick ??= this.#ports.timer.after(0, () => this.#tick());
  }

  room(): Promise<void> | undefined {
    if (this.#ready.length < FEW || this.#closed) return undefined;
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
    if (!this.#closed) this.#sockets.close();
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
  #send(asked: AskedHost, place: Place, at: Seconds): boolean {
    const nonce = this.#nonces.next();
    const sent = this.#sockets.send(encodeRequest(this.#plan.version, nonce), addressOf(asked));
    if (sent === 'full') return false;
    if (sent instanceof TransportError) {
      this.#pacing.leave(place);
      this.#failed(asked, sent, at);
    } else {
      asked.place = place;
      this.#outstanding.add(asked, { nonce, sent }, at);
    }
    return true;
  }

  /** Tries the next address at once. Without another one, waits for the replies to earlier requests, if there are any. */
  #failed(asked: AskedHost, error: TransportError, at: Seconds): void {
    const address = addressOf(asked);
    asked.failures += 1;
    if (asked.failures < asked.addresses.length) this.#ready.push(asked);
    else if (asked.requests.length === 0) this.#conclude(asked, { kind: 'unreachable', address, error });
    else this.#outstanding.prolong(asked, at);
  }

  #expire(now: Seconds): void {
    const sentBefore = now - this.#plan.timeout / TRIES;
    for (
      let asked = this.#outstanding.expired(sentBefore);
      asked;
      asked = this.#outstanding.expired(sentBefore)
    )
      if (asked.requests.length < TRIES && asked.failures < asked.addresses.length) this.#ready.push(asked);
      else this.#conclude(asked, silenceOf(asked));
  }

  #arrived({ bytes, at }: Arrival, from: string): void {
    if (bytes.length < HEADER_LENGTH || this.#closed) return;
    const asked = this.#outstanding.askedBy(bytes);
    if (!asked) return;
    const { maxDistance, plausible } = this.#plan;
    const { precision } = this.#ports;
    const outstanding = asked.requests;
    const expected = { outstanding, expired: [], closed: [], precision, maxDistance, plausible };
    const result = examineReply(bytes, at, expected);
    const answered = answeredBy(asked, result, from);
    if (isFinalReply(result)) this.#conclude(asked, answered);
    else asked.unusable = answered;
    this.#sendReady(this.#now());
  }

  #conclude(asked: AskedHost, swept: Swept): void {
    asked.concluded = true;
    if (asked.place) this.#pacing.leave(asked.place);
    this.#outstanding.forget(asked);
    this.#pending -= 1;
    this.#answer(asked.host, swept);
    if (this.#pending === 0 && this.#finished) this.close();
  }
}
