// What was learned from one target, before it is compared with the reference: the types between the measurement and the verdict.
// Sign: a positive offset = the target's clock is ahead of this machine's.

import type { MonotonicTime } from '../ntp/time.ts';
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

/** Reads one target by another means than NTP. Never rejects. */
export interface ViaReader {
  readonly via: Exclude<Via, 'ntp'>;
  read(target: Target, signal: AbortSignal): Promise<OwnReading | Unread>;
}
