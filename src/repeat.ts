// One run of a command → the same run again and again, until a signal or a run that says so ends it: the loop of a container.
// Between two runs nothing is held: each is a whole one, with its own lock, state and lookups.

import type { Timer } from './net/timer.ts';
import { elapsed, type Seconds } from './ntp/time.ts';

export { periodWarnings } from './schedule/schedule-warnings.ts';

export interface RepeatOptions {
  /** Seconds from the start of one run to the start of the next. */
  readonly every: Seconds;
  /** Up to so many seconds more, at random, before each run but the first: many machines do not ask in the same second. */
  readonly jitter: Seconds;
}

/** What a loop uses of a machine. */
export interface RepeatPorts {
  /** No step of the clock moves it. */
  readonly timer: Pick<Timer, 'now' | 'sleep'>;
  /** A number from 0 to 1. */
  readonly random: () => number;
  /** How long the machine has slept since it booted, up to a constant, in seconds. */
  readonly asleep: () => Seconds;
  readonly signal: AbortSignal;
}

/** How a run ended: `failed` is repeated sooner, `last` is not repeated. */
export type TurnEnd = 'done' | 'failed' | 'last';

/** The shortest period, in seconds, that a public pool tolerates: 2⁶ s, ntpd's default minpoll. */
export const MIN_POOL_PERIOD: Seconds = 64;
/** Seconds from the start of a failed run to that of the next. */
const FIRST_RETRY: Seconds = 64;
/** The longest wait, in seconds, until the time asleep is read again: timers may stand still while the machine sleeps. */
const LONGEST_SLEEP: Seconds = 30;

/**
 * Runs `turn` until `signal` aborts or a turn was the last one. `announce` is told after a failed turn how many seconds lie
 * between its start and the next.
 */
export async function repeat(
  turn: () => Promise<TurnEnd>,
  options: RepeatOptions,
  ports: RepeatPorts,
  announce: (wait: Seconds) => void,
): Promise<void> {
  const { timer, signal, random } = ports;
  let failures = 0;
  for (;;) {
    const began = timer.now();
    const asleepBefore = ports.asleep();
    const end = await turn();
    if (end === 'last' || signal.aborted) return;
    failures = end === 'failed' ? failures + 1 : 0;
    const wait = waitAfter(failures, options, random());
    if (failures > 0) announce(wait);
    const left = () => wait - elapsed(timer.now(), began) - (ports.asleep() - asleepBefore);
    for (let rest = left(); rest > 0 && !signal.aborted; rest = left())
      await timer.sleep(Math.min(LONGEST_SLEEP, rest), signal);
    if (signal.aborted) return;
  }
}

/**
 * Seconds from the start of a run to that of the next: after the first failure 64, doubled with each further one, but never longer
 * than without a failure. `share` of the jitter is added, of which a short wait takes no more than its own length.
 */
export function waitAfter(failures: number, { every, jitter }: RepeatOptions, share: number): Seconds {
  const wait = failures === 0 ? every : Math.min(every, FIRST_RETRY * 2 ** (failures - 1));
  return wait + share * Math.min(jitter, wait);
}
