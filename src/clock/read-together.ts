// Reads two clocks as one, to a few microseconds: one of them before and after the other, and again if the process was
// preempted meanwhile. Otherwise the pause would pass for a step of the clock.

/** Readings in nanoseconds. */
export interface TogetherReading {
  readonly outer: bigint;
  readonly inner: bigint;
  /** The time by the outer clock from its reading before `inner` to the one after it. */
  readonly span: bigint;
}

/** A longer span in ns is read again. */
const TOGETHER = 20_000n;
const READ_ATTEMPTS = 5;

/** Reads `outer`, `inner` and `outer` again; returns the readings closest together. */
export function readTogether(outer: () => bigint, inner: () => bigint): TogetherReading {
  let closest = once(outer, inner);
  for (let attempt = 1; attempt < READ_ATTEMPTS && closest.span > TOGETHER; attempt++) {
    const next = once(outer, inner);
    if (next.span < closest.span) closest = next;
  }
  return closest;
}

function once(outer: () => bigint, inner: () => bigint): TogetherReading {
  const before = outer();
  const between = inner();
  return { outer: before, inner: between, span: outer() - before };
}
