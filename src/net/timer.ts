// Waiting, as a port: the real one here, virtual time in the tests' simulated world.

import { type MonotonicTime, monotonicTimeOf, type Seconds } from '../ntp/time.ts';
import { onAbort } from './abort.ts';

export interface Timer {
  now(): MonotonicTime;
  /** Lets `action` happen after a while, after `Infinity` never; what it returns takes that back. */
  after(duration: Seconds, action: () => void): () => void;
  /** Resolves after a while, or at once when the signal aborts; never rejects. */
  sleep(duration: Seconds, signal?: AbortSignal): Promise<void>;
}

/** Milliseconds; a longer setTimeout is over at once. */
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

/** `sleep`, for a timer that has `after`. */
export function sleepBy(
  { after }: Pick<Timer, 'after'>,
  duration: Seconds,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise(resolve => {
    const wake = (): void => {
      cancel();
      deaf?.();
      resolve();
    };
    const cancel = after(duration, wake);
    const deaf = signal && onAbort(signal, wake);
  });
}
