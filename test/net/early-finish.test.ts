import { expect, test, vi } from 'vitest';
import { earlyFinish } from '../../src/net/early-finish.ts';

test('a survey ends early when a server has brought samples and all that are left are hopeless', () => {
  const onlyHopelessLeft = vi.fn();
  const roll = earlyFinish(3, onlyHopelessLeft);
  const [a, b, c] = [roll.enter(), roll.enter(), roll.enter()];
  a.hopeless();
  b.brought();
  b.leave();
  expect(onlyHopelessLeft).not.toHaveBeenCalled();
  c.hopeless();
  expect(onlyHopelessLeft).toHaveBeenCalled();
});

test('a survey goes on while one server may still answer, or has still to begin', () => {
  const onlyHopelessLeft = vi.fn();
  const roll = earlyFinish(3, onlyHopelessLeft);
  const [a, b] = [roll.enter(), roll.enter()];
  a.brought();
  a.leave();
  b.hopeless();
  expect(onlyHopelessLeft).not.toHaveBeenCalled();
  const c = roll.enter();
  b.hopeful();
  c.leave();
  expect(onlyHopelessLeft).not.toHaveBeenCalled();
  b.hopeless();
  expect(onlyHopelessLeft).toHaveBeenCalled();
});

test('a hopeless server that has left does not count for one that may still answer', () => {
  const onlyHopelessLeft = vi.fn();
  const roll = earlyFinish(4, onlyHopelessLeft);
  const [a, b, c] = [roll.enter(), roll.enter(), roll.enter(), roll.enter()];
  a.hopeless();
  a.leave();
  b.brought();
  b.leave();
  c.hopeless();
  expect(onlyHopelessLeft).not.toHaveBeenCalled();
});

test('a survey goes on while no server has brought samples', () => {
  const onlyHopelessLeft = vi.fn();
  const roll = earlyFinish(2, onlyHopelessLeft);
  const [a, b] = [roll.enter(), roll.enter()];
  a.hopeless();
  b.hopeless();
  expect(onlyHopelessLeft).not.toHaveBeenCalled();
});
