import { expect, test } from 'vitest';
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

test('what is taken back does not happen', async () => {
  const happened: string[] = [];
  const cancel = realTimer.after(0.001, () => happened.push('taken back'));
  cancel();
  await new Promise<void>(resolve => realTimer.after(0.01, resolve));
  expect(happened).toEqual([]);
});
