// A connection that says the date → the offset of that clock: questions placed by the search, until they gain nothing.
// Sign: a positive offset = the target's clock is ahead of this machine's.

import type { OwnReading, Unread } from '../fleet/target-reading.ts';
import { DateError, type DateSource } from '../net/date-source.ts';
import { deadline } from '../net/deadline.ts';
import type { Timer } from '../net/timer.ts';
import {
  type DateReply,
  type DateSearch,
  FINE,
  isSearched,
  searchedBy,
  showsStandstill,
  waitForEdge,
} from '../ntp/date-search.ts';
import { elapsed, type Reading, type Seconds } from '../ntp/time.ts';

/** What was measured, without the target. */
export type DatedReading = Pick<OwnReading, 'offset' | 'errorBound' | 'delay' | 'samples' | 'at' | 'frozen'>;

/** The fastest drift of a clock, in seconds per second. */
const FASTEST_DRIFT = 1e-4;
/** From this contradiction on, the answers are not those of one clock. */
const TOLERATED: Seconds = 0.25;
/** How long to wait before a clock that seems to stand still is asked once more. */
const STANDSTILL: Seconds = 1.2;

/** Reads a clock by its dates; each must be there within `patience` seconds, the last before the signal aborts. */
export async function readByDates(
  source: DateSource,
  anchor: Reading,
  timer: Timer,
  signal: AbortSignal,
  patience: Seconds,
): Promise<DatedReading | Unread> {
  const replies: DateReply[] = [];
  try {
    do replies.push(await askWithin(patience, source, timer, signal));
    while (await isWorthAnother(replies, anchor, timer, signal));
  } catch (error) {
    if (!(error instanceof DateError)) throw error;
    if (replies.length === 0) return { kind: error.kind, reason: error.message };
  }
  return readingBy(replies, searchedBy(replies, anchor));
}

async function askWithin(
  patience: Seconds,
  source: DateSource,
  timer: Timer,
  signal: AbortSignal,
): Promise<DateReply> {
  const over = deadline(patience, timer, signal);
  try {
    return await source.ask(over.signal);
  } finally {
    over.clear();
  }
}

/** Waits until the next question gains most; false if none gains anything. */
async function isWorthAnother(
  replies: readonly DateReply[],
  anchor: Reading,
  timer: Timer,
  signal: AbortSignal,
): Promise<boolean> {
  const search = searchedBy(replies, anchor);
  if (isSearched(search, replies)) {
    // A clock that stands still is as one whose second never changes where it is searched.
    if (showsStandstill(replies) || replies.some(({ date }) => date !== replies[0]!.date)) return false;
    await timer.sleep(STANDSTILL, signal);
  } else if (replies[0]!.resolution > FINE) {
    await timer.sleep(waitForEdge(search, timer.now(), anchor), signal);
  }
  return !signal.aborted;
}

function readingBy(
  replies: readonly DateReply[],
  { low, high, delay, contradiction }: DateSearch,
): DatedReading | Unread {
  const at = replies.at(-1)!.received;
  const counted = { delay, samples: replies.length, at };
  if (replies.length > 1 && showsStandstill(replies)) {
    return { ...counted, offset: (low + high) / 2, errorBound: elapsed(at, replies[0]!.sent), frozen: true };
  }
  if (contradiction > TOLERATED) {
    const reason = `its dates contradict each other by ${contradiction.toFixed(1)} s: from a cache, or of several machines?`;
    return { kind: 'unusable', reason };
  }
  const drift = FASTEST_DRIFT * elapsed(at, replies[0]!.sent);
  return { ...counted, offset: (low + high) / 2, errorBound: (high - low) / 2 + drift };
}
