// What was learned from one target, before it is compared with the reference: the types between the measurement and the verdict.
// Sign: a positive offset = the target's clock is ahead of this machine's.

import type { MonotonicTime, Reading, Seconds } from '../ntp/time.ts';
import type { Target, TargetReading, Via } from './fleet-outcome.ts';

/** A reading of a target's clock by this machine's, which is not stepped meanwhile. */
export interface OwnReading extends TargetReading {
  readonly kind: 'read';
  /** When it was taken. */
  readonly at: MonotonicTime;
  /** It sent the same transmit time twice, more than a second apart. */
  readonly frozen?: true;
}

/** Why there is no reading of a target. */
export interface Unread {
  readonly kind: 'no-answer' | 'unknown-name' | 'rate-limited' | 'refused' | 'unusable';
  /** In words, without a period. */
  readonly reason?: string;
}

/** What a reader must know. */
export interface ReaderPlan {
  /** The reading is on a clock that runs on from here without steps. */
  readonly anchor: Reading;
  /** How long a reply of NTP would be awaited, in seconds. */
  readonly timeout: Seconds;
  /** The port, if one was named for this means. */
  readonly port?: number;
  readonly family?: 4 | 6;
  /** The local address to send from. */
  readonly source?: string;
}

/** Reads one target by another means than NTP. An abort may end it with any result. */
export interface ViaReader {
  readonly via: Exclude<Via, 'ntp'>;
  read(target: Target, plan: ReaderPlan, signal: AbortSignal): Promise<OwnReading | Unread>;
}
