// The machine around its clock, as a port: who else sets that clock, what tsntp remembers of it, and the hardware
// clock. ports.ts has the real one.

import type { Seconds, UnixTime } from './ntp/time.ts';
import type { Contender, Correction } from './outcome.ts';

/** What this machine knows of its clock's past, and who else is at it. */
export interface Host {
  /** Keeps other runs of tsntp out until it is released; says who else sets this clock. */
  claim(): Promise<Claim>;
  /** Whether tsntp has set this clock since the machine came up. */
  setSinceBoot(): { readonly value: boolean; readonly warning?: string };
  /** Keeps the memory of a correction; returns a warning when it cannot. */
  remember(correction: Remembered): string | undefined;
  /** Sets the hardware clock to what the system's clock shows plus `offset`. Rejects with `ClockError`. */
  writeRtc(offset: Seconds): Promise<void>;
}

export interface Claim {
  readonly contenders: readonly Contender[];
  readonly warnings: readonly string[];
  release(): void;
}

export interface Remembered {
  readonly at: UnixTime;
  readonly correction: Correction;
  readonly server: string;
  readonly errorBound: Seconds;
}
