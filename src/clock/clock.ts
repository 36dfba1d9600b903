// The operating system's clock as the rest of tsntp sees it. One file for each platform implements it;
// dry-run.ts is the null driver that reads the true time and only records what it is told.
// Sign: positive = the clock is behind = move it forward.

import type { MonotonicTime, Reading, Seconds, UnixTime } from '../ntp/time.ts';

/** What went wrong at a call of the clock. */
export type ClockErrorKind =
  /** The process may not set this clock: not root, no CAP_SYS_TIME, no SeSystemtimePrivilege. */
  | 'not-permitted'
  /** This platform, kernel or container has no such call. */
  | 'unsupported'
  /** The kernel did not accept the value. */
  | 'invalid'
  /** Another process holds the clock or the device. */
  | 'busy'
  /** Anything else that the system said. */
  | 'failed';

/** A clock call that failed. The message says what was tried, what the system answered, and what to do. */
export class ClockError extends Error {
  override readonly name = 'ClockError';
  readonly kind: ClockErrorKind;
  constructor(kind: ClockErrorKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** The error of a clock that does not go forward. */
export function standstill(): ClockError {
  return new ClockError(
    'failed',
    "this machine's clock stands still or runs backwards, so that nothing can be measured with it: see to its clock " +
      'source, or to what fakes the time (LD_PRELOAD)',
  );
}

/** What the kernel says of its own clock. A field is absent where the platform does not tell. */
export interface ClockStatus {
  /** Whether the kernel calls its clock synchronized (Linux: STA_UNSYNC clear). */
  readonly synchronized?: boolean;
  /** The kernel's bound on its error; grows by itself at 500 ppm. */
  readonly maxError?: Seconds;
  readonly estimatedError?: Seconds;
  /** Correction of the rate, in parts per million; positive = the clock is made faster. */
  readonly frequency?: number;
  /** What is left of a slew in progress, with the sign of the correction. */
  readonly slewRemaining?: Seconds;
  /** How fast that slew moves the clock, in seconds per second with the sign of the correction; 0 without one. */
  readonly slewRate?: number;
}

/** How fast a slew is: the 500 ppm of Linux's adjtimex(2), in seconds per second. */
export const SLEW_RATE = 500e-6;
/** macOS slews so fast what is over a second (XNU, kern_ntptime.c). */
export const FAST_SLEW_RATE = 5e-3;

/** How long a slew by `offset` takes. */
export function slewDuration(offset: Seconds, platform: string = process.platform): Seconds {
  const size = Math.abs(offset);
  const fast = platform === 'darwin' ? Math.max(0, size - 1) : 0;
  return fast / FAST_SLEW_RATE + (size - fast) / SLEW_RATE;
}

/** A gradual correction of the clock that is under way (RFC 5905 §11.3). */
export interface Slew {
  /** Whether the kernel goes on after this process ends (Linux, macOS), or the process must stay (Windows). */
  readonly unattended: boolean;
  /** Seconds not yet applied, with the sign of the correction; 0 when done. */
  remaining(): Seconds;
  /** Gives the clock's rate back where this process had taken it; nothing where the kernel goes on alone. Idempotent. */
  release(): void;
}

/** How good the clock is after it was set, in seconds, for the kernel to tell other programs. */
export interface Quality {
  /** Bound on the error: the root distance of the combination. */
  readonly maxError: Seconds;
  /** Likely error: the jitter of the combination. */
  readonly estimatedError: Seconds;
}

/** This machine's clock: reads it, steps it and slews it. Offsets are seconds; positive moves the clock forward. */
export interface Clock {
  /** For reports: `linux`, `darwin`, `windows`, `dry-run`, `read-only`. */
  readonly name: string;
  /** Smallest step between two readings, measured at start. */
  readonly precision: Seconds;
  /** Whether `step` and `slew` touch the clock at all; false for the null driver. */
  readonly sets: boolean;
  now(): UnixTime;
  monotonic(): MonotonicTime;
  /** Both clocks, one right after the other. */
  read(): Reading;
  /** Moves the clock by `offset` at once, relative to what it shows at the call; ends a slew in progress. Throws `ClockError`. */
  step(offset: Seconds): void;
  /** Starts to move the clock by `offset` gradually, in place of any slew in progress. Throws `ClockError`. */
  slew(offset: Seconds): Slew;
  /** Tells the kernel that its clock is synchronized, and how well; does nothing where there is no such thing. Throws `ClockError`. */
  declareSynchronized(quality: Quality): void;
  /** Read-only; needs no privilege. */
  status(): ClockStatus;
  /** Identifies this boot of the machine, or undefined where the platform does not tell. */
  bootId(): string | undefined;
}
