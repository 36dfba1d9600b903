// The requests of a sweep that are under way: whose reply it is, and when a request was in vain.

import { expect, test } from 'vitest';
import type { AskedHost } from '../../src/net/asked-host.ts';
import { OutstandingRequests } from '../../src/net/outstanding-requests.ts';
import { encodePacket } from '../../src/ntp/packet.ts';
import { monotonicTimeOf, ntpTimestampOf, unixTimeOf } from '../../src/ntp/time.ts';
import { packetWith } from '../support/builders.ts';

const sent = { time: unixTimeOf(0n), monotonic: monotonicTimeOf(0n) };
const requestWith = (nonce: bigint) => ({ nonce: ntpTimestampOf(nonce), sent });
const replyTo = (nonce: bigint) => encodePacket(packetWith({ origin: ntpTimestampOf(nonce) }));

function host(number: number): AskedHost {
  return { host: number, addresses: [], requests: [], failures: 0, concluded: false };
}

test('a reply belongs to the host whose nonce it repeats, also to that of an earlier request', () => {
  const outstanding = new OutstandingRequests();
  const [a, b] = [host(1), host(2)];
  outstanding.add(a, requestWith(11n), 0);
  outstanding.add(b, requestWith(22n), 0);
  outstanding.add(a, requestWith(33n), 1);
  expect(outstanding.askedBy(replyTo(22n))).toBe(b);
  expect(outstanding.askedBy(replyTo(11n))).toBe(a);
  expect(outstanding.askedBy(replyTo(33n))).toBe(a);
  expect(outstanding.askedBy(replyTo(44n))).toBeUndefined();
  outstanding.forget(a);
  expect(outstanding.askedBy(replyTo(33n))).toBeUndefined();
});

test('a request expires once, in the order of sending, and not if its host is forgotten', () => {
  const outstanding = new OutstandingRequests();
  const [a, b, c] = [host(1), host(2), host(3)];
  outstanding.add(a, requestWith(1n), 0);
  outstanding.add(b, requestWith(2n), 1);
  outstanding.add(c, requestWith(3n), 2);
  outstanding.forget(b);
  expect(outstanding.expired(-1)).toBeUndefined();
  expect(outstanding.expired(1.5)).toBe(a);
  expect(outstanding.expired(1.5)).toBeUndefined();
  outstanding.add(a, requestWith(4n), 3);
  expect([outstanding.expired(9), outstanding.expired(9), outstanding.expired(9)]).toEqual([c, a, undefined]);
});
