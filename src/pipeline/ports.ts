// The machine around its clock as a port: the lock on the clock, other programs that set it, tsntp's memory of it, and
// the hardware clock. machine.ts implements it.

import type { HardwareWriting } from '../clock/hardware-clock.ts';
import type { MeasuredTime } from '../ntp/clock-floor.ts';
import type { DriftMemory, DriftReading, Oscillator } from '../ntp/drift/drift-record.ts';
import type { Earlier } from '../ntp/sum.ts';
import type { Seconds, UnixTime } from '../ntp/time.ts';
import type { Competitor, Correction } from './outcome.ts';

/**
 * The machine around its clock, as a port: its memory of corrections, its hardware clock, and the other programs that
 * set its clock.
 */
export interface Host {
  /**
   * Keeps other runs of tsntp from setting the clock until the lock is released, and lists other programs that set it.
   */
  lockClock(): Promise<ClockLock>;
  /** Returns what earlier runs did to this clock. */
  recall(): Memory;
  /** How far the hardware clock is ahead of the system's, in seconds, to a second; undefined if unknown. */
  hardwareAhead(): Seconds | undefined;
  /** Records a correction; returns a warning on failure. */
  remember(correction: Remembered): string | undefined;
  /**
   * Sets the hardware clock to the system clock plus `offset` seconds. Resolves with what it shows then; undefined if it was
   * not read back, and with `kept-by-system` where that is not needed. Rejects with `ClockError`.
   */
  writeRtc(offset: Seconds): Promise<HardwareWriting | 'kept-by-system' | undefined>;
  /** The oscillator and what is remembered of it; absent where nothing can be kept, so that only the phase is corrected. */
  readonly drift?: DriftStore;
  /** The floor of the clock; absent where none is kept. */
  readonly floor?: FloorStore;
}

/** Keeps the floor of this machine's clock: the last measured time, from which a clock that starts in the past may continue. */
export interface FloorStore {
  /** Never throws: an unreadable floor is none, with a warning. */
  recall(): FloorReading;
  /** Records a measured time. Never throws: returns a warning on failure. */
  remember(measured: MeasuredTime): string | undefined;
}

/** The stored floor, and the file that holds it; both are absent if there is none. */
export interface FloorReading {
  readonly time?: UnixTime;
  readonly path?: string;
  /** Why a file was ignored. */
  readonly warnings: readonly string[];
}

/** The oscillator that drives this machine's clock, and what is remembered of it from run to run. */
export interface DriftStore {
  /** Identifies the oscillator that runs at present. */
  oscillator(): Oscillator;
  /** How long the machine has slept since it booted, in seconds: CLOCK_BOOTTIME less CLOCK_MONOTONIC. */
  asleep(): Seconds | undefined;
  /** Never throws: an unreadable memory is an empty one with a warning. */
  recall(): DriftReading;
  /** Never throws: returns a warning on failure. */
  remember(memory: DriftMemory): string | undefined;
}

/** The clock, locked if possible. */
export interface ClockLock {
  /** Programs that set the clock in spite of the lock; includes another tsntp if that holds the lock. */
  readonly competitors: readonly Competitor[];
  /** Why a competitor may have been missed. */
  readonly warnings: readonly string[];
  release(): void;
}

/** What is remembered of the corrections that tsntp has made since the machine came up. */
export interface Memory extends Omit<Earlier, 'underWay'> {
  /** Whether tsntp has set this clock since boot; also true if that is unknown. */
  readonly setSinceBoot: boolean;
  /** Why that is unknown. */
  readonly warning?: string;
}

/** A correction that was made, as it is kept for later runs. Durations are seconds. */
export interface Remembered {
  readonly at: UnixTime;
  readonly correction: Correction;
  readonly server: string;
  readonly errorBound: Seconds;
  /** The sum of the corrections since boot, including this one, in seconds. */
  readonly sum: Seconds;
}

/** The last correction by tsntp, as kept in its state file. */
export interface LastSet {
  /** The boot during which it was made; absent if the platform provides no identifier. */
  readonly bootId?: string;
  /** The time on the clock after it: RFC 3339 in UTC with nine fractional digits. */
  readonly time: string;
  readonly offset: Seconds;
  readonly kind: 'step' | 'slew';
  /** The system peer as named in the report. */
  readonly server: string;
  /** The root distance of the combination in seconds: how far off the clock could still be. */
  readonly errorBound: Seconds;
  /**
   * The sum of that boot's corrections, including this one, less what drift explains, in seconds. Absent in older
   * files, as are the following members.
   */
  readonly sum?: Seconds;
  /** The machine at that time, as in `Boot`. */
  readonly uptime?: Seconds;
  readonly asleep?: Seconds;
  readonly suspends?: number;
}

/** The state in one directory. */
export interface MemoryReading {
  readonly directory: string;
  /** Absent if there is no record, or if `warning` states why it is unknown. */
  readonly lastSet?: LastSet & { readonly sinceBoot: boolean };
  /** The floor of the clock: RFC 3339 in UTC. Absent if there is none or it cannot be read. */
  readonly floor?: string;
  readonly warning?: string;
}

/** What one directory remembers of the oscillator. */
export interface DriftMemoryReading extends DriftReading {
  readonly directory: string;
}
