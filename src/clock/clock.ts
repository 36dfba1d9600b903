// The interface to the operating system's clock. Each platform implements it in one file; dry-run.ts implements a null
// driver that reads the true time and records changes.
// Sign: positive = the clock is behind = move it forward.

import type { KernelRate } from '../ntp/drift/kernel-rate.ts';
import type { MonotonicTime, Reading, Seconds, UnixTime } from '../ntp/time.ts';

/** What went wrong at a call of the clock. */
export type ClockErrorKind =
  /** The process may not set the clock: not root, no CAP_SYS_TIME, no SeSystemtimePrivilege. */
  | 'not-permitted'
  /** This platform, kernel, or container lacks the call. */
  | 'unsupported'
  /** The kernel rejected the value. */
  | 'invalid'
  /** Another process holds the clock or the device. */
  | 'busy'
  /** Any other error. */
  | 'failed';

/** A failed clock call. The message states what was tried, the system's answer, and what to do. */
export class ClockError extends Error {
  override readonly name = 'ClockError';
  readonly kind: ClockErrorKind;
  constructor(kind: ClockErrorKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** The error for a clock that does not advance. */
export function standstill(): ClockError {
  return new ClockError(
    'failed',
    "this machine's clock stands still or runs backward, so that nothing can be measured with it: check its clock " +
      'source, or the library that fakes the time (LD_PRELOAD)',
  );
}

/** The kernel's state of its clock. A field is absent if the platform does not report it. */
export interface ClockStatus {
  /** Whether the kernel considers its clock synchronized (Linux: STA_UNSYNC clear). */
  readonly synchronized?: boolean;
  /** The kernel's bound on the clock's error in seconds; grows at 500 ppm. */
  readonly maxError?: Seconds;
  readonly estimatedError?: Seconds;
  /** The rate correction in parts per million; positive = the clock runs faster. */
  readonly frequency?: number;
  /** The remainder of a slew in progress in seconds, with the sign of the correction. */
  readonly slewRemaining?: Seconds;
  /** What the kernel's own loop (STA_PLL) has still to add, in seconds; absent if nothing. */
  readonly phaseRemaining?: Seconds;
  /** The speed of that slew in seconds per second, with the sign of the correction; 0 without a slew. */
  readonly slewRate?: number;
}

/** The speed of a slew: 500 ppm as in Linux's adjtimex(2), in seconds per second. */
export const SLEW_RATE = 500e-6;
/** The speed on macOS for slews over one second (XNU, kern_ntptime.c), in seconds per second. */
export const FAST_SLEW_RATE = 5e-3;

/** How long a slew by `offset` takes, in seconds. */
export function slewDuration(offset: Seconds, platform: string = process.platform): Seconds {
  const size = Math.abs(offset);
  const fast = platform === 'darwin' ? Math.max(0, size - 1) : 0;
  return fast / FAST_SLEW_RATE + (size - fast) / SLEW_RATE;
}

/** A gradual correction of the clock that is under way (RFC 5905 §11.3). */
export interface Slew {
  /**
   * True if the kernel continues after this process ends (Linux, macOS); false if the process must keep running
   * (Windows).
   */
  readonly unattended: boolean;
  /** Seconds not yet applied, with the sign of the correction; 0 when done. */
  remaining(): Seconds;
  /** Restores the clock's rate if this process changed it; does nothing if the kernel slews alone. Idempotent. */
  release(): void;
}

/** How good the clock is after it was set, in seconds, for the kernel to tell other programs. */
export interface Quality {
  /** The bound on the error in seconds: the root distance of the combination. */
  readonly maxError: Seconds;
  /** The likely error in seconds: the jitter of the combination. */
  readonly estimatedError: Seconds;
}

/** The clock and the oscillator that drives it, read together. */
export interface OscillatorReading {
  readonly time: UnixTime;
  /** The free oscillator in nanoseconds, which nothing steers: CLOCK_MONOTONIC_RAW on Linux. */
  readonly raw: bigint;
  /** The most that the two readings may be apart, in seconds. */
  readonly gap: Seconds;
}

/** How the kernel corrects the rate of its clock at present. */
export interface RateState {
  readonly rate: KernelRate;
  /** The steps in which the frequency can be set, in ppm. */
  readonly unit: number;
  /**
   * The kernel's own loops that also steer the clock at present, by name: `PPS` (a pulse per second) and `PLL` (an offset
   * that a time service left it to apply).
   */
  readonly loops: readonly string[];
}

/** This machine's clock: reads it, steps it and slews it. Offsets are seconds; positive moves the clock forward. */
export interface Clock {
  /** The driver's name in reports: `linux`, `darwin`, `windows`, `dry-run`, `read-only`. */
  readonly name: string;
  /** The smallest step between two readings in seconds, measured at start. */
  readonly precision: Seconds;
  /** Whether `step` and `slew` change the clock; false for the null driver. */
  readonly sets: boolean;
  now(): UnixTime;
  monotonic(): MonotonicTime;
  /** Reads both clocks, one immediately after the other. */
  read(): Reading;
  /**
   * Moves the clock by `offset` seconds immediately, relative to its time at the call, and ends any slew. Throws
   * `ClockError`.
   */
  step(offset: Seconds): void;
  /** Starts moving the clock gradually by `offset` seconds, replacing any slew in progress. Throws `ClockError`. */
  slew(offset: Seconds): Slew;
  /**
   * Tells the kernel that its clock is synchronized, and its quality; does nothing on platforms without such a state.
   * Throws `ClockError`.
   */
  declareSynchronized(quality: Quality): void;
  /**
   * Reads the clock and its oscillator, one immediately after the other; absent if the platform has no free oscillator
   * to read. Throws `ClockError`.
   */
  readOscillator?(): OscillatorReading;
  /**
   * Reads the correction of the clock's rate, without a slew in progress. Absent if no rate outlasts the program that
   * set it, or if the system changes it by itself. Throws `ClockError`, as in a sandbox that hides the clock's state.
   */
  rate?(): RateState;
  /**
   * Sets the correction of the clock's rate, which lasts until the next boot, and ends what a stopped time service left
   * steering the clock. A slew in progress continues. The frequency is rounded to a multiple of `RateState.unit`. Absent
   * like `rate`. Throws `ClockError`, after which the former rate holds.
   */
  setFrequency?(rate: KernelRate): void;
  /** Reads the kernel's state of the clock; needs no privilege. */
  status(): ClockStatus;
  /** Identifies this boot of the machine; undefined if the platform provides no identifier. */
  bootId(): string | undefined;
}
