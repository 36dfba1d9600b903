// Waiting, as a port: the real one here, virtual time in the tests' simulated world.

import { setTimeout as wait } from 'node:timers/promises';
import { type MonotonicTime, monotonicTimeOf, type Seconds } from '../ntp/time.ts';

export interface Timer {
  now(): MonotonicTime;
  /** Resolves after a while, or at once when the signal aborts; never rejects. */
  sleep(duration: Seconds, signal?: AbortSignal): Promise<void>;
}

export const realTimer: Timer = {
  now: () => monotonicTimeOf(process.hrtime.bigint()),
  sleep: (duration, signal) =>
    wait(duration * 1000, undefined, signal ? { signal } : {}).catch(() => undefined),
};
