import { expect, test } from 'vitest';
import { Requests } from '../../src/net/requests.ts';
import type { Request } from '../../src/ntp/reply-tests.ts';
import { ntpTimestampOf } from '../../src/ntp/time.ts';
import { NOW, readingAt } from '../support/builders.ts';

const request = (nonce: bigint): Request => ({ nonce: ntpTimestampOf(nonce), sent: readingAt(NOW) });
const [first, second] = [request(1n), request(2n)];

function sent(): Requests {
  const requests = new Requests();
  requests.add(first);
  requests.add(second);
  return requests;
}

test('a request is outstanding from when it is sent', () => {
  expect(sent().states).toEqual({ outstanding: [first, second], expired: [], closed: [] });
  expect(sent().answered).toBe(0);
});

test('a request that is answered stays outstanding, as the true reply may follow, and counts once', () => {
  const requests = sent();
  requests.answer(first);
  requests.answer(first);
  expect(requests.answered).toBe(1);
  expect(requests.states.outstanding).toEqual([first, second]);
});

test('a timeout closes what was answered, and lets the rest expire', () => {
  const requests = sent();
  requests.answer(first);
  requests.expire();
  expect(requests.states).toEqual({ outstanding: [], expired: [second], closed: [first.nonce] });
});

test('a request that is closed is neither outstanding nor expired', () => {
  const requests = sent();
  requests.close(first);
  expect(requests.states).toEqual({ outstanding: [second], expired: [], closed: [first.nonce] });
  requests.expire();
  requests.close(second);
  expect(requests.states).toEqual({ outstanding: [], expired: [], closed: [first.nonce, second.nonce] });
});
