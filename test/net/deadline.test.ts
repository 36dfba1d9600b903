import { expect, test } from 'vitest';
import { deadline } from '../../src/net/deadline.ts';

function timer(): {
  after: (duration: number, action: () => void) => () => void;
  ring: () => void;
  left: () => number;
} {
  const waiting = new Set<() => void>();
  return {
    after(_duration, action) {
      waiting.add(action);
      return () => waiting.delete(action);
    },
    ring() {
      for (const action of waiting) action();
    },
    left: () => waiting.size,
  };
}

test('a deadline aborts when time is up, or with the signal', () => {
  const clock = timer();
  const stop = new AbortController();
  const late = deadline(1, clock, stop.signal);
  const stopped = deadline(1, timer(), stop.signal);
  clock.ring();
  expect([late.signal.aborted, stopped.signal.aborted]).toEqual([true, false]);
  stop.abort();
  expect(stopped.signal.aborted).toBe(true);
});

test('a deadline that is no longer needed leaves no timer', () => {
  const clock = timer();
  const stop = new AbortController();
  const over = deadline(1, clock, stop.signal);
  over.clear();
  stop.abort();
  expect(clock.left()).toBe(0);
  expect(over.signal.aborted).toBe(false);
});
