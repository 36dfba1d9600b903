// Sets a hardware clock and reads it back, until it shows the true time or the nearest that it can. What is left of the
// first attempt moves the second one: a clock that starts its second some time after a write is then right. One that keeps
// its own second, as the PL031 of ARM boards does, is not, and gets the nearest whole second.
// Sign: a positive offset = the hardware clock is ahead of the true time.

import { difference, type Seconds } from '../../ntp/time.ts';
import { type Clock, ClockError } from '../clock.ts';
import { type HardwareWriting, RTC_EXACT } from '../hardware-clock.ts';
import { type Device, readAtTurn, writeAtTurn } from './turn.ts';

/** What whole seconds leave at most. */
const NEAREST: Seconds = 0.5;
const ATTEMPTS = 5;

/**
 * Sets the clock to the system clock plus `slewLeft` seconds, and tells what it shows then. `toTurn` is how long after a
 * write, in seconds, its second is expected to change. Rejects with `ClockError`, also if it does not take the time.
 */
export async function setAndCheck(
  device: Device,
  clock: Clock,
  slewLeft: Seconds,
  toTurn: Seconds,
): Promise<HardwareWriting> {
  let delay = toTurn;
  let before: Seconds | undefined;
  for (let attempt = 1; ; attempt++) {
    await writeAtTurn(device, clock, slewLeft, delay);
    const offset = await readBack(device, clock, slewLeft);
    if (Math.abs(offset) <= RTC_EXACT) return { offset, keepsSecond: false };
    // Only the previous write was moved by a part of a second.
    const keepsSecond = before !== undefined && Math.abs(toWholeSecond(offset - before)) <= RTC_EXACT;
    const nearest = Math.abs(offset) <= NEAREST + RTC_EXACT;
    if (nearest && (keepsSecond || attempt === ATTEMPTS)) return { offset, keepsSecond };
    if (attempt === ATTEMPTS) throw new ClockError('failed', notTaken(device.path, offset));
    delay += keepsSecond ? Math.round(offset) : offset;
    before ??= offset;
  }
}

/** How far the clock is ahead of the true time. A busy machine only ever sees it behind: the larger of two counts. */
async function readBack(device: Device, clock: Clock, slewLeft: Seconds): Promise<Seconds> {
  const ahead = async () => {
    const { time, at } = await readAtTurn(device, clock);
    return difference(time, at.time) - slewLeft;
  };
  const first = await ahead();
  return Math.abs(first) <= RTC_EXACT ? first : Math.max(first, await ahead());
}

function notTaken(path: string, offset: Seconds): string {
  return `the hardware clock ${path} does not take the time that is written to it: ${Math.abs(offset).toFixed(3)} s ${offset < 0 ? 'behind' : 'ahead'} after ${ATTEMPTS} attempts`;
}

/** The part of it beyond the nearest whole second. */
function toWholeSecond(seconds: Seconds): Seconds {
  return seconds - Math.round(seconds);
}
