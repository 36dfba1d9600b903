// The hardware clock as a witness: it keeps running while a paused virtual machine's clock stands still. It supports
// the servers only if it does not also agree with our clock, because the kernel copies our clock to it every 11
// minutes.

import type { Seconds } from './time.ts';

/** The largest error of a hardware clock: it holds whole seconds and drifts. */
const TOLERANCE: Seconds = 10;

/** Which side the hardware clock agrees with. */
export type Testimony = 'servers' | 'clock' | 'neither';

/**
 * Compares a hardware clock that is `ahead` seconds ahead of ours with servers that are ahead by `offset` ±
 * `errorBound`. A hardware clock that agrees with both supports our clock: it proves nothing for the servers.
 */
export function testimonyOf(ahead: Seconds, offset: Seconds, errorBound: Seconds): Testimony {
  const near = TOLERANCE + errorBound;
  if (Math.abs(ahead) <= near) return 'clock';
  return Math.abs(ahead - offset) <= near ? 'servers' : 'neither';
}
