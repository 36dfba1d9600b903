// Virtual time: a list of what is to happen, and a run that jumps from one event to the next until a promise
// settles. Nothing waits, and the same world takes the same course every time.

import type { Seconds } from '../../../src/ntp/time.ts';

/** More events than any run of a test has. */
const ENDLESS = 20_000;

export interface Schedule {
  /** Virtual seconds since the world began. */
  now(): Seconds;
  /** Lets `action` happen after a while; what it returns takes that back. */
  after(delay: Seconds, action: () => void): () => void;
  /**
   * Lets things happen until `work` settles. `before` is called ahead of each event, with its number from 0 on.
   * Throws when nothing is left to happen, or when it never ends.
   */
  run<T>(work: Promise<T>, before?: (event: number) => void): Promise<T>;
}

interface Event {
  readonly at: Seconds;
  readonly action: () => void;
}

/** An empty schedule at time 0. */
export function schedule(): Schedule {
  let now: Seconds = 0;
  const events = new Set<Event>();

  const happen = (): void => {
    const [first, ...others] = events;
    if (!first) throw new Error(`nothing is left to happen after ${now} s, and the work has not settled`);
    const next = others.reduce((soonest, event) => (event.at < soonest.at ? event : soonest), first);
    events.delete(next);
    now = next.at;
    next.action();
  };

  return {
    now: () => now,
    after(delay, action) {
      const event = { at: now + delay, action };
      events.add(event);
      return () => events.delete(event);
    },
    async run(work, before = () => {}) {
      let settled = false;
      const settle = (): void => {
        settled = true;
      };
      work.then(settle, settle);
      for (let event = 0; event < ENDLESS; event++) {
        await everythingReacted();
        if (settled) return work;
        before(event);
        await everythingReacted();
        if (settled) return work;
        happen();
      }
      throw new Error(`the work has not settled after ${ENDLESS} events and ${now} s`);
    },
  };
}

/** Until no promise has anything left to do. */
function everythingReacted(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve);
  });
}
