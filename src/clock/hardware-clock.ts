// The interface to the machine's hardware clock (RTC). rtc/device.ts implements it for Linux.
// Sign: a positive offset of a writing = the hardware clock is ahead. `write` takes the offset of the system clock: positive = it is behind, and the hardware clock is set ahead of it.

import type { Reading, Seconds, UnixTime } from '../ntp/time.ts';

/** The time on the hardware clock when its second changed, and the system clocks at that instant. */
export interface HardwareReading {
  readonly time: UnixTime;
  readonly at: Reading;
}

/** A hardware clock that is off by no more, in seconds, is right: a busy machine sees its second change so much later. */
export const RTC_EXACT: Seconds = 0.02;

/** What a hardware clock shows after it was written. */
export interface HardwareWriting {
  /** How far it is ahead of the true time, in seconds. */
  readonly offset: Seconds;
  /** Whether its second changes when it always did, whatever is written: it can only be set to the nearest second. */
  readonly keepsSecond: boolean;
}

/** A hardware clock that is open: reads it and sets it. */
export interface HardwareClock {
  /** The device, such as `/dev/rtc0`. */
  readonly path: string;
  /** The paths of the machine's other hardware clocks. */
  readonly others: readonly string[];
  /** True if it keeps UTC, false if local time. */
  readonly utc: boolean;
  /** Whether `write` changes the device; false in a dry run. */
  readonly sets: boolean;
  /** Waits up to one second for its second to change. Rejects with `ClockError`. */
  read(): Promise<HardwareReading>;
  /**
   * Sets it to the true time: the system clock plus `offset` seconds, as during a slew. Resolves with what it shows then;
   * undefined if it was not read back. Rejects with `ClockError`.
   */
  write(offset: Seconds): Promise<HardwareWriting | undefined>;
  /** Closes the device, which only one process can open at a time. Idempotent. */
  close(): void;
}
