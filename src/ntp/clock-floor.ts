// The floor of a clock: a time that has certainly passed, because it was measured. A machine without a hardware clock boots
// long before it, and may continue from there. A measurement → the floor that holds from then on.

import { plausibleTimes } from './plausible.ts';
import { add, type Seconds, type UnixTime } from './time.ts';

/** A measured time: the true time was within `errorBound` seconds of it. */
export interface MeasuredTime {
  readonly time: UnixTime;
  readonly errorBound: Seconds;
}

/**
 * The floor after a measurement: the earliest time that it allows, unless the floor is later already. A floor that lies after
 * everything that the measurement allows was wrong, as after a false server, and is replaced.
 */
export function floorAfter({ time, errorBound }: MeasuredTime, floor: UnixTime | undefined): UnixTime {
  const earliest = add(time, -errorBound);
  if (floor === undefined || floor > add(time, errorBound)) return earliest;
  return earliest > floor ? earliest : floor;
}

/** Whether a program that was released at `release` accepts a floor: not if it is more than 20 years later. */
export function isPlausibleFloor(floor: UnixTime, release: UnixTime): boolean {
  return floor < plausibleTimes(release, false).until;
}
