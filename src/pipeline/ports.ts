// The machine around its clock, as a port: which other programs set that clock, what tsntp remembers of it, and the
// hardware clock. machine.ts has the real one.

import type { Earlier } from '../ntp/sum.ts';
import type { Seconds, UnixTime } from '../ntp/time.ts';
import type { Competitor, Correction } from './outcome.ts';

/**
 * The machine around its clock, as a port: its memory of corrections, its hardware clock, and the other programs that
 * set its clock.
 */
export interface Host {
  /** Keeps other runs of tsntp out until it is released; names the other programs that set this clock. */
  claim(): Promise<Claim>;
  /** What earlier runs have done to this clock. */
  recall(): Memory;
  /** By how much the hardware clock is ahead of the system's, to a second; undefined where it has nothing to say. */
  hardwareAhead(): Seconds | undefined;
  /** Keeps the memory of a correction; returns a warning when it cannot. */
  remember(correction: Remembered): string | undefined;
  /** Sets the hardware clock to what the system's clock shows plus `offset`. Rejects with `ClockError`. */
  writeRtc(offset: Seconds): Promise<void>;
}

/** The right to set the clock, held until `release`, with the other programs that set it. */
export interface Claim {
  readonly competitors: readonly Competitor[];
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
