import { expect, test, vi } from 'vitest';
import { earlyFinish } from '../../src/net/early-finish.ts';

test('the call comes when somebody has brought samples and all that are left are hopeless', () => {
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

test('not while there is hope for one, or one has still to begin', () => {
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

test('not while no server has brought samples', () => {
  const onlyHopelessLeft = vi.fn();
  const roll = earlyFinish(2, onlyHopelessLeft);
  const [a, b] = [roll.enter(), roll.enter()];
  a.hopeless();
  b.hopeless();
  expect(onlyHopelessLeft).not.toHaveBeenCalled();
});
