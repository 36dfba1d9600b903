// Targets without a reading → a reader of another means than NTP, a few at a time.

import type { Target } from '../fleet/fleet-outcome.ts';
import type { OwnReading, ReaderPlan, Unread, ViaReader } from '../fleet/target-reading.ts';
import { concurrency } from '../net/concurrency.ts';
import { NTP_PORT } from '../sources/server.ts';

/** Targets that are read at a time: each needs a connection, or a process of ssh. */
const AT_ONCE = 32;

/** A target with its place among all. */
export interface Numbered {
  readonly i: number;
  readonly target: Target;
}

/** The target for the means of this turn: a port that was named is that of the first one. */
export function withItsPort(target: Target, turn: number): Target {
  return turn === 0 ? target : { ...target, port: NTP_PORT };
}

/** Reads each target. `read` is called once for each, unless an abort ends it first. */
export async function readOtherwise(
  reader: ViaReader,
  targets: readonly Numbered[],
  plan: Omit<ReaderPlan, 'port'>,
  signal: AbortSignal,
  found: (i: number, read: OwnReading | Unread) => void,
): Promise<void> {
  const slot = concurrency(AT_ONCE);
  const reading = targets.map(({ i, target }) =>
    slot(async () => {
      if (signal.aborted) return;
      const { port } = target;
      const read = await reader.read(target, { ...plan, ...(port !== NTP_PORT && { port }) }, signal);
      if (!signal.aborted) found(i, read);
    }),
  );
  await Promise.all(reading);
}
