// The requests of one burst and their states: outstanding until a reply or the timeout, expired until a late reply,
// closed after the one reply.

import type { Expectation, Request } from '../ntp/reply-tests.ts';
import type { NtpTimestamp } from '../ntp/time.ts';

/** Tracks which requests await a reply and which got one. */
export class Requests {
  #outstanding: readonly Request[] = [];
  #expired: readonly Request[] = [];
  #closed: readonly NtpTimestamp[] = [];
  readonly #answered = new Set<Request>();

  /** The states that a reply is tested against. */
  get states(): Pick<Expectation, 'outstanding' | 'expired' | 'closed'> {
    return { outstanding: this.#outstanding, expired: this.#expired, closed: this.#closed };
  }

  /** The number of requests with a reply before their timeout, usable or not. */
  get answered(): number {
    return this.#answered.size;
  }

  add(request: Request): void {
    this.#outstanding = [...this.#outstanding, request];
  }

  /** Records a reply, usable or not: the true one may follow a bad one. */
  answer(request: Request): void {
    this.#answered.add(request);
  }

  /** Ends the wait for all requests so far. A first reply that still arrives is late. */
  expire(): void {
    for (const request of this.#outstanding) {
      if (this.#answered.has(request)) this.close(request);
      else this.#expired = [...this.#expired, request];
    }
    this.#outstanding = [];
  }

  /** Makes any further reply to this request a duplicate. */
  close(request: Request): void {
    this.#outstanding = this.#outstanding.filter(other => other !== request);
    this.#expired = this.#expired.filter(other => other !== request);
    this.#closed = [...this.#closed, request.nonce];
  }
}
