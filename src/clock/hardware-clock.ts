// The machine's hardware clock (RTC) as the rest of tsntp sees it; rtc/device.ts has Linux's.
// Sign: `write` takes the offset of the system clock: positive = it is behind, and the hardware clock is set ahead of it.

import type { Reading, Seconds, UnixTime } from '../ntp/time.ts';

/** What the hardware clock turned to, and when it did by the system's clocks. */
export interface HardwareReading {
  readonly time: UnixTime;
  readonly at: Reading;
}

/** A hardware clock that is open: reads it and sets it. */
export interface HardwareClock {
  /** `/dev/rtc0` or the like. */
  readonly path: string;
  /** The paths of the machine's other hardware clocks. */
  readonly others: readonly string[];
  /** Whether it keeps UTC; else local time. */
  readonly utc: boolean;
  /** Whether `write` touches the device at all; false in a dry run. */
  readonly sets: boolean;
  /** Waits, a second at most, until its second turns. Rejects with `ClockError`. */
  read(): Promise<HardwareReading>;
  /** Sets it to the true time: what the system's clock shows plus `offset`, as after a slew that goes on. Rejects with `ClockError`. */
  write(offset: Seconds): Promise<void>;
  /** Idempotent. The kernel lets one process at a time have the device. */
  close(): void;
}
