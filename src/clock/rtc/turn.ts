// The instant at which the second of a hardware clock changes: reading waits for it, and writing makes it coincide with the
// true one, because the clock holds whole seconds. Sign: positive = the system clock is behind.

import { setImmediate, setTimeout } from 'node:timers/promises';
import { add, difference, elapsed, type Seconds, type UnixTime, unixTimeOf } from '../../ntp/time.ts';
import { type Clock, ClockError } from '../clock.ts';
import type { HardwareReading } from '../hardware-clock.ts';
import { patience } from '../patience.ts';

/** An open hardware clock, in whole seconds. */
export interface Device {
  readonly path: string;
  /** What it shows. */
  get(): UnixTime;
  /** Prepares to set it; calling the result sets it. */
  setting(time: UnixTime): () => void;
}

const SECOND = 1_000_000_000n;
/** How late a write may start, in seconds, before it waits for the next second instead. */
const LATE: Seconds = 0.001;
/** How late it may end, in seconds, unless it always does: a busy machine delays some writes, a slow bus delays all. */
const LATE_END: Seconds = 0.005;
const WRITES = 3;
/** The number of seconds to try before giving up on a busy machine. */
const ATTEMPTS = 10;
/** Timers are inexact; the remaining time in seconds is spent polling the clock. */
const BEFOREHAND: Seconds = 0.02;
/** A clock whose second has not changed within this many seconds stands still. */
const STANDSTILL: Seconds = 2;

/** Waits for the second of a hardware clock to change. Rejects with `ClockError` if it does not. */
export async function readAtTurn(device: Omit<Device, 'setting'>, clock: Clock): Promise<HardwareReading> {
  const started = clock.monotonic();
  const more = patience(STANDSTILL);
  const first = device.get();
  for (;;) {
    const time = device.get();
    const at = clock.read();
    if (time !== first) return { time, at };
    if (elapsed(at.monotonic, started) > STANDSTILL || !more())
      throw new ClockError(
        'failed',
        `the hardware clock ${device.path} stands still: no new second in ${STANDSTILL} s`,
      );
    await setImmediate();
  }
}

/**
 * Writes second N at N + `toTurn` of the true time, which is the system clock plus `offset`, all in seconds: a clock that
 * changes its second that long before the next one then shows N + 1 at N + 1. Rejects with `ClockError` on a busy machine.
 */
export async function writeAtTurn(
  device: Device,
  clock: Clock,
  offset: Seconds,
  toTurn: Seconds,
): Promise<void> {
  for (let attempt = 1, writes = 0; attempt <= ATTEMPTS; attempt++) {
    const { time, monotonic } = clock.read();
    const second = unixTimeOf((add(time, offset + BEFOREHAND - toTurn) / SECOND + 1n) * SECOND);
    const due = add(second, toTurn - offset);
    const wait = difference(due, time);
    await setTimeout(Math.max(0, (wait - BEFOREHAND) * 1000));
    const set = device.setting(second);
    // The clock may have been set back in the meantime, or stand still.
    const more = patience(2 * BEFOREHAND);
    while (clock.now() < due && elapsed(clock.monotonic(), monotonic) <= wait + LATE && more());
    if (Math.abs(difference(clock.now(), due)) > LATE) continue;
    set();
    writes += 1;
    if (writes === WRITES || difference(clock.now(), due) <= LATE_END) return;
  }
  throw new ClockError(
    'failed',
    `the hardware clock was not written at the right moment in ${ATTEMPTS} attempts: this machine is too busy, or its clock is being moved; try again`,
  );
}
