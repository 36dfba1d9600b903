// Bounds each loop that polls a clock until it moves: a clock that stands still or runs backward must not block the
// process forever. process.hrtime measures the time; if it stands still too, the number of polls is limited.

import type { Seconds } from '../ntp/time.ts';

/** More polls, of at least 0.1 µs each, than fit into one tick of a working clock. */
const LOOKS = 1_000_000;

/** Starts waiting. The returned function returns true until `limit` seconds have passed. */
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
