// A reading compared with the reference, and the limits → the verdict on a target, how much attention it needs, and the reason.
// Sign: a positive offset = the target is ahead of the reference.

import { elapsed, type Reading, type Seconds } from '../ntp/time.ts';
import { correctionAt, type MeasuredCorrection } from './correction.ts';
import type { CheckedTarget, Limits, Severity, TargetReading, TargetVerdict } from './fleet-outcome.ts';
import { standingOf } from './limits.ts';
import type { OwnReading, Unread } from './target-reading.ts';
import { eraOf, zoneOf } from './wrong-offsets.ts';

/** The verdict with all that goes with it. */
export type Judgment = Omit<CheckedTarget, 'target'>;

/** From this stratum on, a server is not synchronized (RFC 5905 §7.3). */
const UNSYNCHRONIZED = 16;

/** What readings are compared with. */
export interface Comparison {
  readonly before: MeasuredCorrection;
  readonly after: MeasuredCorrection | undefined;
  readonly anchor: Reading;
  readonly limits: Limits;
}

/** Judges a target by its reading on this machine's clock. */
export function judgeTarget(reading: OwnReading | Unread, comparison: Comparison): Judgment {
  if (reading.kind !== 'read') return judgeUnread(reading);
  const { before, after, anchor, limits } = comparison;
  const { offset, errorBound } = correctionAt(before, after, reading.at);
  const compared = {
    ...reading,
    offset: reading.offset - offset,
    errorBound: reading.errorBound + errorBound,
  };
  const now = Number(anchor.time) / 1e9 + elapsed(reading.at, anchor.monotonic) + offset;
  return judgeReading(compared, limits, now);
}

/** Judges a reading that is relative to the reference, taken when the reference showed `now` in seconds since 1970. */
export function judgeReading(
  { kind: _, at, frozen, ...reading }: OwnReading,
  limits: Limits,
  now: Seconds,
): Judgment {
  const { offset, errorBound } = reading;
  const interval = { low: offset - errorBound, high: offset + errorBound };
  const [warning, critical] = [standingOf(interval, limits.warning), standingOf(interval, limits.critical)];
  const over = warning === 'over' || critical === 'over';
  const severity: Severity = critical === 'over' ? 'critical' : over ? 'warning' : 'ok';
  if (frozen) return { verdict: 'frozen', severity: 'critical', reason: 'its clock stands still', reading };
  if (over) return { ...wrongness(reading, now), severity, reading };
  if (isUnsynchronized(reading))
    return { verdict: 'unsynchronized', severity: 'warning', reason: unsynchronizedReason(reading), reading };
  if (warning === 'within' && critical === 'within') return { verdict: 'right', severity, reading };
  return { verdict: 'uncertain', severity: 'unknown', reading };
}

/** The judgment on a target without a reading. */
function judgeUnread({ kind, reason }: Unread): Judgment {
  const verdict: TargetVerdict = kind === 'unusable' ? 'uncertain' : kind;
  const severity: Severity = kind === 'unusable' || kind === 'rate-limited' ? 'unknown' : 'critical';
  return { verdict, severity, ...(reason !== undefined && { reason }) };
}

/** Whether more replies can change the verdict. */
export function isDoubtful({ verdict }: Judgment): boolean {
  return verdict !== 'right' && verdict !== 'unsynchronized';
}

function wrongness(reading: TargetReading, now: Seconds): { verdict: TargetVerdict; reason?: string } {
  const { offset } = reading;
  const era = eraOf(offset, now);
  if (era !== undefined) return { verdict: 'era-off', reason: era };
  const zone = zoneOf(offset);
  if (zone !== undefined) return { verdict: 'zone-off', reason: zone };
  return { verdict: 'off', ...(isUnsynchronized(reading) && { reason: unsynchronizedReason(reading) }) };
}

function isUnsynchronized({ leap, stratum }: TargetReading): boolean {
  return leap === 3 || stratum === 0 || (stratum !== undefined && stratum >= UNSYNCHRONIZED);
}

function unsynchronizedReason({ leap, stratum }: TargetReading): string {
  return `it says that it is not synchronized (${leap === 3 ? 'leap 3' : `stratum ${stratum}`})`;
}
