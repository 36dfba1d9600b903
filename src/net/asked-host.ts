// A host of a sweep: the requests to it, and what came of them.

import type { Request } from '../ntp/reply-tests.ts';
import type { Rejection, Sample } from '../ntp/sample.ts';
import type { Place } from './pacing.ts';
import type { Address, TransportError } from './transport.ts';

/** The number of requests to an address that does not answer. */
export const TRIES = 2;

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

/** A host that is being asked. */
export interface AskedHost {
  /** Its number, by which the caller knows it. */
  readonly host: number;
  readonly addresses: readonly Address[];
  readonly requests: Request[];
  /** The number of addresses to which nothing could be sent. */
  failures: number;
  place?: Place;
  /** A reply that could not be used: a usable one may follow. */
  unusable?: Swept;
  concluded: boolean;
}

/** The address of the next request, or of an earlier one: each request goes to the next address. */
export function addressOf(
  { addresses, requests, failures }: AskedHost,
  tries: number = requests.length,
): Address {
  return addresses[(tries + failures) % addresses.length]!;
}

/** Whether a reply is the host's last word. After other results, keep waiting: its own reply may still arrive. */
export function isFinalReply(result: Sample | Rejection): boolean {
  return result.kind === 'sample' || !['3', '5', 'B'].includes(result.test);
}

/** A reply as the result, with the address that was asked if the host answered from another one. */
export function answeredBy(asked: AskedHost, result: Sample | Rejection, from: string): Swept {
  const address = asked.addresses.find(one => one.address === from);
  if (address) return { kind: 'answered', address, result };
  return { kind: 'answered', address: lastAddressOf(asked), result, repliedFrom: from };
}

/** What came of a host that sends no usable reply in time. */
export function silenceOf(asked: AskedHost): Swept {
  return asked.unusable ?? { kind: 'silent', address: lastAddressOf(asked) };
}

function lastAddressOf(asked: AskedHost): Address {
  return addressOf(asked, asked.requests.length - 1);
}
