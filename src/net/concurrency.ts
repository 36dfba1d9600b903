// Limits how many tasks run at a time, first come, first served. This bounds the open descriptors of a survey.

/** Runs a task as soon as a slot is free. */
export type Concurrency = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs at most `count` tasks at a time; others wait their turn. */
export function concurrency(count: number): Concurrency {
  let free = count;
  const waiting: (() => void)[] = [];
  return async work => {
    if (free > 0) free -= 1;
    else await new Promise<void>(resolve => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
