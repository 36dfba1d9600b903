// Requests that were sent → the host that a reply belongs to, by its nonce; and the hosts whose last request was in vain.

import type { Request } from '../ntp/reply-tests.ts';
import { type NtpTimestamp, ntpTimestampOf, type Seconds } from '../ntp/time.ts';
import type { AskedHost } from './asked-host.ts';
import { Fifo } from './fifo.ts';

/** Where a reply repeats the nonce of its request (RFC 5905 §7.3, figure 8). */
const ORIGIN = 24;

/** The requests of a sweep that may be answered. */
export class OutstandingRequests {
  readonly #byNonce = new Map<NtpTimestamp, AskedHost>();
  /** In the order in which they were sent, which is that of their timeouts. */
  readonly #sent = new Fifo<{ readonly nonce: NtpTimestamp; readonly at: Seconds }>();

  /** Adds a request that was sent at `at`, in seconds from any origin. */
  add(asked: AskedHost, request: Request, at: Seconds): void {
    const { nonce } = request;
    asked.requests.push(request);
    this.#byNonce.set(nonce, asked);
    this.#sent.push({ nonce, at });
  }

  /** Lets the last request to a host, which has expired, be outstanding as if it were sent at `at`. */
  prolong({ requests }: AskedHost, at: Seconds): void {
    const last = requests.at(-1);
    if (last) this.#sent.push({ nonce: last.nonce, at });
  }

  /** The host whose nonce a reply repeats. */
  askedBy(reply: Uint8Array): AskedHost | undefined {
    const view = new DataView(reply.buffer, reply.byteOffset);
    return this.#byNonce.get(ntpTimestampOf(view.getBigUint64(ORIGIN)));
  }

  /** A host whose request was sent at `before` or earlier and is not answered; each request counts once. */
  expired(before: Seconds): AskedHost | undefined {
    for (let { first } = this.#sent; first && first.at <= before; { first } = this.#sent) {
      this.#sent.shift();
      const asked = this.#byNonce.get(first.nonce);
      if (asked) return asked;
    }
    return undefined;
  }

  /** Forgets the requests to a host. */
  forget({ requests }: AskedHost): void {
    for (const { nonce } of requests) this.#byNonce.delete(nonce);
    // So that the many that were answered need not be in memory until they would have expired.
    for (let { first } = this.#sent; first && !this.#byNonce.has(first.nonce); { first } = this.#sent)
      this.#sent.shift();
  }
}
