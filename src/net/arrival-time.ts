// The kernel's receive timestamp of a datagram, and the time when this process read it → T4 (RFC 5905 §8).

import { monotonicTimeOf, type Reading, type UnixTime } from '../ntp/time.ts';
import type { Arrival } from './transport.ts';

/** When a datagram arrived, and which clock says so. */
export type ArrivalTime = Omit<Arrival, 'bytes'>;

/** The kernel's timestamp, if plausible: not in the future and not before the first request. */
export function arrivalTime(
  stamp: UnixTime | undefined,
  now: Reading,
  firstSent: Reading | undefined,
): ArrivalTime {
  const byProcess = (notByKernel: string) => ({ at: now, stampedBy: 'process', notByKernel }) as const;
  if (stamp === undefined) return byProcess('it has no timestamp for this datagram');
  const age = now.time - stamp;
  // Compared on the monotonic clock: a step between the two readings must not invalidate the timestamp.
  if (firstSent === undefined || age < 0n || age > now.monotonic - firstSent.monotonic)
    return byProcess(
      `its timestamp is implausible: ${Number(age) / 1e9} s before this process read the clock`,
    );
  return { at: { time: stamp, monotonic: monotonicTimeOf(now.monotonic - age) }, stampedBy: 'kernel' };
}
