import { expect, test } from 'vitest';
import { Pacing } from '../../src/net/pacing.ts';

/** How many requests to an address are sent in so many seconds, asked for every millisecond, of which none is answered. */
function sentIn(seconds: number, pacing: Pacing, address: string): number {
  let sent = 0;
  for (let tick = 0; tick <= seconds * 1000; tick++) while (pacing.take(address, tick / 1000)) sent += 1;
  return sent;
}

test('beyond this machine no more than the rate is sent', () => {
  expect(sentIn(2, new Pacing(1000), '10.0.0.1')).toBeLessThanOrEqual(2000 + 10);
  expect(sentIn(2, new Pacing(1000), '10.0.0.1')).toBeGreaterThan(1900);
  expect(sentIn(0, new Pacing(1), '10.0.0.1')).toBe(1);
  expect(sentIn(3.5, new Pacing(1), '10.0.0.1')).toBe(4);
});

test('on loopback only the replies that are about to arrive count', () => {
  const pacing = new Pacing(1);
  expect(sentIn(0, pacing, '127.0.0.1')).toBe(128);
  expect(pacing.take('127.0.0.1', 0.049)).toBeUndefined();
  expect(pacing.take('::1', 0.051)).toBeDefined();
});

test('a reply makes room for one more request, once', () => {
  const pacing = new Pacing(1);
  const places = Array.from({ length: 128 }, () => pacing.take('127.0.0.1', 0)!);
  expect(pacing.take('127.0.0.1', 0)).toBeUndefined();
  pacing.leave(places[5]!);
  pacing.leave(places[5]!);
  expect(pacing.take('127.0.0.1', 0)).toBeDefined();
  expect(pacing.take('127.0.0.1', 0)).toBeUndefined();
});
