// The hardware clock as a witness: it goes on where a virtual machine is paused and its clock stands still. It speaks for
// the servers only where it does not also say what our clock says: the kernel copies our clock to it every 11 minutes.

import type { Seconds } from './time.ts';

/** How far a hardware clock may be off: it holds whole seconds, and drifts. */
const TOLERANCE: Seconds = 10;

/** Which side the hardware clock agrees with. */
export type Testimony = 'servers' | 'clock' | 'neither';

/**
 * Hears a hardware clock that is `ahead` of ours by so much, where the servers are ahead by `offset`, within `errorBound`.
 * One that agrees with both speaks for our clock: that proves nothing for the servers.
 */
export function hear(ahead: Seconds, offset: Seconds, errorBound: Seconds): Testimony {
  const near = TOLERANCE + errorBound;
  if (Math.abs(ahead) <= near) return 'clock';
  return Math.abs(ahead - offset) <= near ? 'servers' : 'neither';
}
