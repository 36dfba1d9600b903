import { expect, test, vi } from 'vitest';
import { earlyFinish } from '../../src/net/early-finish.ts';

test('the survey may end once a server has returned samples and all remaining ones are unresponsive', () => {
  const onlyUnresponsiveLeft = vi.fn();
  const tracker = earlyFinish(3, onlyUnresponsiveLeft);
  const [a, b, c] = [tracker.enter(), tracker.enter(), tracker.enter()];
  a.markUnresponsive();
  b.sampleReceived();
  b.finish();
  expect(onlyUnresponsiveLeft).not.toHaveBeenCalled();
  c.markUnresponsive();
  expect(onlyUnresponsiveLeft).toHaveBeenCalled();
});

test('the survey may not end while one server may still answer, or has still to begin', () => {
  const onlyUnresponsiveLeft = vi.fn();
  const tracker = earlyFinish(3, onlyUnresponsiveLeft);
  const [a, b] = [tracker.enter(), tracker.enter()];
  a.sampleReceived();
  a.finish();
  b.markUnresponsive();
  expect(onlyUnresponsiveLeft).not.toHaveBeenCalled();
  const c = tracker.enter();
  b.markResponsive();
  c.finish();
  expect(onlyUnresponsiveLeft).not.toHaveBeenCalled();
  b.markUnresponsive();
  expect(onlyUnresponsiveLeft).toHaveBeenCalled();
});

test('an unresponsive server that has finished does not count for one that may still answer', () => {
  const onlyUnresponsiveLeft = vi.fn();
  const tracker = earlyFinish(4, onlyUnresponsiveLeft);
  const [a, b, c] = [tracker.enter(), tracker.enter(), tracker.enter(), tracker.enter()];
  a.markUnresponsive();
  a.finish();
  b.sampleReceived();
  b.finish();
  c.markUnresponsive();
  expect(onlyUnresponsiveLeft).not.toHaveBeenCalled();
});

test('the survey may not end while no server has returned samples', () => {
  const onlyUnresponsiveLeft = vi.fn();
  const tracker = earlyFinish(2, onlyUnresponsiveLeft);
  const [a, b] = [tracker.enter(), tracker.enter()];
  a.markUnresponsive();
  b.markUnresponsive();
  expect(onlyUnresponsiveLeft).not.toHaveBeenCalled();
});
