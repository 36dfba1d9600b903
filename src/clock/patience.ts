// An end to each loop that looks at a clock until it moves: one that stands still, or runs backwards, must not hold the
// process for ever. Time is told by process.hrtime; where that stands still, too, the looks are counted.

import type { Seconds } from '../ntp/time.ts';

/** More looks, each of 0.1 µs or more, than fit into a tick of a clock that works. */
const LOOKS = 1_000_000;

/** Begins to wait: the result says, at each call, whether `limit` is not over yet. */
export function patience(
  limit: Seconds,
  hrtime: () => bigint = () => process.hrtime.bigint(),
): () => boolean {
  const until = hrtime() + BigInt(Math.round(limit * 1e9));
  let latest = hrtime();
  let looks = 0;
  return () => {
    const now = hrtime();
    looks = now > latest ? 0 : looks + 1;
    if (now > latest) latest = now;
    return now <= until && looks <= LOOKS;
  };
}
