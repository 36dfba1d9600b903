import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { Nonces } from '../../src/net/nonces.ts';

test('nonces are different, also where random bytes must be fetched again', () => {
  const nonces = new Nonces(randomBytes);
  const all = Array.from({ length: 2000 }, () => nonces.next());
  expect(new Set(all).size).toBe(2000);
});

test('nonces are the random bytes, also where these are a part of a larger buffer', () => {
  const random = (length: number) => new Uint8Array(length + 8).fill(9, 0, 8).fill(7, 8).subarray(8);
  expect(new Nonces(random).next()).toBe(0x0707_0707_0707_0707n);
});

test('no nonce is zero', () => {
  let calls = 0;
  const nonces = new Nonces(length => new Uint8Array(length).fill(calls++ === 0 ? 0 : 7));
  expect(nonces.next()).toBe(0x0707_0707_0707_0707n);
});
