// Pieces of work → so many of them at a time, first come, first served: what bounds a survey's open descriptors.

/** Does a piece of work when there is room for it. */
export type Concurrency = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets `count` pieces of work run at one time; the others wait their turn. */
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
