// The requests of one burst, each with its state: outstanding until its reply or its timeout, expired until a late reply,
// closed after its one reply.

import type { Expectation, Request } from '../ntp/reply-tests.ts';
import type { NtpTimestamp } from '../ntp/time.ts';

/** Keeps which requests wait for a reply, and which had one. */
export class Requests {
  #outstanding: readonly Request[] = [];
  #expired: readonly Request[] = [];
  #closed: readonly NtpTimestamp[] = [];
  readonly #answered = new Set<Request>();

  /** The states that a reply is tested against. */
  get states(): Pick<Expectation, 'outstanding' | 'expired' | 'closed'> {
    return { outstanding: this.#outstanding, expired: this.#expired, closed: this.#closed };
  }

  /** How many had a reply before their timeout, good or not. */
  get answered(): number {
    return this.#answered.size;
  }

  add(request: Request): void {
    this.#outstanding = [...this.#outstanding, request];
  }

  /** A reply came, good or not: the true one may still follow a bad one. */
  answer(request: Request): void {
    this.#answered.add(request);
  }

  /** Ends the wait for all requests so far; the first reply that still comes to one without any is late. */
  expire(): void {
    for (const request of this.#outstanding) {
      if (this.#answered.has(request)) this.close(request);
      else this.#expired = [...this.#expired, request];
    }
    this.#outstanding = [];
  }

  /** Any further reply to this request is a duplicate. */
  close(request: Request): void {
    this.#outstanding = this.#outstanding.filter(other => other !== request);
    this.#expired = this.#expired.filter(other => other !== request);
    this.#closed = [...this.#closed, request.nonce];
  }
}
