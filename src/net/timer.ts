// Waiting as a port: the real timer here, virtual time in the tests' simulated world.

import { type MonotonicTime, monotonicTimeOf, type Seconds } from '../ntp/time.ts';
import { onAbort } from './abort.ts';

/** Waiting, as a port. Durations are seconds. */
export interface Timer {
  now(): MonotonicTime;
  /** Calls `action` after `duration` seconds, or never for `Infinity`. The returned function cancels the call. */
  after(duration: Seconds, action: () => void): () => void;
  /** Resolves after `duration` seconds, or as soon as the signal aborts. Never rejects. */
  sleep(duration: Seconds, signal?: AbortSignal): Promise<void>;
}

/** The longest setTimeout delay in milliseconds; a longer one fires immediately. */
const LONGEST = 2 ** 31 - 1;

export const realTimer: Timer = {
  now: () => monotonicTimeOf(process.hrtime.bigint()),
  after(duration, action) {
    let left = duration * 1000;
    let timeout: NodeJS.Timeout;
    const wait = (): void => {
      const part = Math.min(left, LONGEST);
      left -= part;
      timeout = setTimeout(left > 0 ? wait : action, part);
    };
    wait();
    return () => clearTimeout(timeout);
  },
  sleep: (duration, signal) => sleepBy(realTimer, duration, signal),
};

/** Implements `sleep` on top of `after`. */
export function sleepBy(
  { after }: Pick<Timer, 'after'>,
  duration: Seconds,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise(resolve => {
    const wake = (): void => {
      cancel();
      stopListening?.();
      resolve();
    };
    const cancel = after(duration, wake);
    const stopListening = signal && onAbort(signal, wake);
  });
}
