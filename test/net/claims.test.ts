import { expect, test, vi } from 'vitest';
import { Claims } from '../../src/net/claims.ts';
import { parseServer } from '../../src/sources/server.ts';

const owner = parseServer('a.example', 'test');

test('an address is its owner’s until it is given back', () => {
  const claims = new Claims();
  expect(claims.ownerOf('x')).toBeUndefined();
  claims.take('x', owner);
  expect(claims.ownerOf('x')).toBe(owner);
  expect(claims.ownerOf('y')).toBeUndefined();
  claims.release('x');
  expect(claims.ownerOf('x')).toBeUndefined();
});

test('an address that is settled never becomes free again', () => {
  const claims = new Claims();
  claims.take('x', owner);
  expect(claims.mayBecomeFree('x')).toBe(true);
  claims.settle('x');
  expect(claims.mayBecomeFree('x')).toBe(false);
  expect(claims.ownerOf('x')).toBe(owner);
});

test.each(['settle', 'release'] as const)('listeners that wait for an address hear of its %s, once', end => {
  const claims = new Claims();
  const [waiting, elsewhere] = [vi.fn(), vi.fn()];
  claims.take('x', owner);
  claims.take('y', owner);
  claims.whenDecided('x', waiting);
  claims.whenDecided('x', waiting);
  claims.whenDecided('y', elsewhere);
  claims[end]('x');
  claims[end]('x');
  expect(waiting).toHaveBeenCalledTimes(1);
  expect(elsewhere).not.toHaveBeenCalled();
});
