import { expect, onTestFinished, test, vi } from 'vitest';
import { realTimer } from '../../src/net/timer.ts';
import { elapsed } from '../../src/ntp/time.ts';

test('a sleep lasts its time, and not less', async () => {
  const before = realTimer.now();
  await realTimer.sleep(0.02, new AbortController().signal);
  // Node's timers count whole milliseconds.
  expect(elapsed(realTimer.now(), before)).toBeGreaterThan(0.018);
});

test('an abort ends a sleep, and one that begins after it', async () => {
  const stop = new AbortController();
  const sleeping = realTimer.sleep(3600, stop.signal);
  stop.abort();
  expect(await sleeping).toBeUndefined();
  expect(await realTimer.sleep(3600, stop.signal)).toBeUndefined();
});

test('a timer that is canceled does not fire', async () => {
  const happened: string[] = [];
  const cancel = realTimer.after(0.001, () => happened.push('taken back'));
  cancel();
  await new Promise<void>(resolve => realTimer.after(0.01, resolve));
  expect(happened).toEqual([]);
});

test.each([
  [25 * 86_400, true],
  [100 * 86_400, true],
  [Infinity, false],
])('what is to happen after %d s happens then, and not before', (duration, comes) => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let happened = 0;
  const cancel = realTimer.after(duration, () => {
    happened += 1;
  });
  vi.advanceTimersByTime(Math.min(duration, 365 * 86_400) * 1000 - 1);
  expect(happened).toBe(0);
  vi.advanceTimersByTime(1);
  expect(happened).toBe(comes ? 1 : 0);
  cancel();
  expect(vi.getTimerCount()).toBe(0);
});

test('a timer of weeks that is canceled does not fire', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const cancel = realTimer.after(100 * 86_400, () => expect.unreachable());
  vi.advanceTimersByTime(60 * 86_400_000);
  cancel();
  expect(vi.getTimerCount()).toBe(0);
});
