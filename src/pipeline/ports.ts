// The machine around its clock, as a port: the lock on that clock, which other programs set it, what tsntp remembers of it, and
// the hardware clock. machine.ts has the real one.

import type { Earlier } from '../ntp/sum.ts';
import type { Seconds, UnixTime } from '../ntp/time.ts';
import type { Competitor, Correction } from './outcome.ts';

/**
 * The machine around its clock, as a port: its memory of corrections, its hardware clock, and the other programs that
 * set its clock.
 */
export interface Host {
  /** Keeps other runs of tsntp from setting the clock until the lock is released; names the other programs that set it. */
  lockClock(): Promise<ClockLock>;
  /** What earlier runs have done to this clock. */
  recall(): Memory;
  /** By how much the hardware clock is ahead of the system's, to a second; undefined where it has nothing to say. */
  hardwareAhead(): Seconds | undefined;
  /** Keeps the memory of a correction; returns a warning when it cannot. */
  remember(correction: Remembered): string | undefined;
  /** Sets the hardware clock to what the system's clock shows plus `offset`. Rejects with `ClockError`. */
  writeRtc(offset: Seconds): Promise<void>;
}

/** The clock, locked as far as it could be. */
export interface ClockLock {
  /** The programs that set the clock all the same; another tsntp is among them where it has the lock. */
  readonly competitors: readonly Competitor[];
  /** Why a competitor may have been overlooked. */
  readonly warnings: readonly string[];
  release(): void;
}

/** What is remembered of the corrections that tsntp has made since the machine came up. */
export interface Memory extends Omit<Earlier, 'underWay'> {
  /** Whether tsntp has set this clock since the machine came up; true also where that cannot be told. */
  readonly setSinceBoot: boolean;
  /** Why it cannot be told. */
  readonly warning?: string;
}

/** A correction that was made, as it is kept for later runs. Durations are seconds. */
export interface Remembered {
  readonly at: UnixTime;
  readonly correction: Correction;
  readonly server: string;
  readonly errorBound: Seconds;
  /** What the corrections since boot come to with this one. */
  readonly sum: Seconds;
}

/** The last correction that tsntp made, as its state file keeps it. */
export interface LastSet {
  /** The boot of the machine in which it was made; absent where the platform does not tell. */
  readonly bootId?: string;
  /** What the clock showed after it: RFC 3339 in UTC with nine digits of the second. */
  readonly time: string;
  readonly offset: Seconds;
  readonly kind: 'step' | 'slew';
  /** The system peer, as the report names it. */
  readonly server: string;
  /** The root distance of the combination: how far off the clock could still be. */
  readonly errorBound: Seconds;
  /** What the corrections of that boot came to with this one, beyond what drift explains. Absent from older files, as the rest. */
  readonly sum?: Seconds;
  /** The machine then, as `Boot` has it. */
  readonly uptime?: Seconds;
  readonly asleep?: Seconds;
  readonly suspends?: number;
}

/** What one folder remembers. */
export interface MemoryReading {
  readonly directory: string;
  /** Absent where nothing is remembered there, or `warning` says why it cannot be told. */
  readonly lastSet?: LastSet & { readonly sinceBoot: boolean };
  readonly warning?: string;
}
