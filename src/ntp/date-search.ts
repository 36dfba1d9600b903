// Answers that say what a clock shows, to a resolution → the interval that its offset must be in, and when to ask next. An answer in
// whole seconds says little, but when the second changes says much: requests are placed so that the change halves what is left
// (as htpdate does), until the round trip is all that is left.
// Sign: a positive offset = the other clock is ahead of this one.

import { elapsed, type MonotonicTime, type Reading, type Seconds, type UnixTime } from './time.ts';

/** An answer: at some moment between `sent` and `received` the other clock was between `date` and `date` + `resolution`. */
export interface DateReply {
  readonly sent: MonotonicTime;
  readonly received: MonotonicTime;
  readonly date: UnixTime;
  /** In seconds. */
  readonly resolution: Seconds;
}

/** What a clock's offset is surely in, in seconds. */
export interface OffsetInterval {
  readonly low: Seconds;
  readonly high: Seconds;
}

/** What is left of the offsets after some answers. */
export interface DateSearch extends OffsetInterval {
  /** By how much the answers contradict each other, in seconds; 0 if they do not. */
  readonly contradiction: Seconds;
  /** The least round trip, in seconds. */
  readonly delay: Seconds;
}

/** An answer of a better resolution is not searched for: each shows the whole time. */
export const FINE: Seconds = 0.02;
/** The number of answers after which no more is gained. */
const MOST_FINE = 4;
const MOST_COARSE = 10;
/** What the search leaves besides the round trip, in seconds. */
const LEFT: Seconds = 0.002;

/** What the answers leave of the offset, on a clock that runs on from `anchor` without steps. At least one answer is needed. */
export function searchedBy(replies: readonly DateReply[], anchor: Reading): DateSearch {
  const low = Math.max(...replies.map(reply => shownAfter(reply, anchor) - since(reply.received, anchor)));
  const high = Math.min(
    ...replies.map(reply => shownAfter(reply, anchor) + reply.resolution - since(reply.sent, anchor)),
  );
  const delay = Math.min(...replies.map(({ sent, received }) => elapsed(received, sent)));
  const contradiction = Math.max(0, low - high);
  return contradiction > 0
    ? { low: high - contradiction, high: low + contradiction, contradiction, delay }
    : { low, high, contradiction, delay };
}

/** Whether another answer would gain nothing. */
export function isSearched(search: DateSearch, replies: readonly DateReply[]): boolean {
  const resolution = replies[0]!.resolution;
  if (resolution <= FINE) return replies.length >= MOST_FINE;
  const excess = resolution % 1;
  const enough = search.high - search.low <= search.delay + excess + LEFT;
  return search.contradiction > 0 || enough || replies.length >= MOST_COARSE;
}

/** How long to wait, in seconds, so that the other clock's second changes in the middle of what is left, as far as is known. */
export function waitForEdge({ low, high, delay }: DateSearch, now: MonotonicTime, anchor: Reading): Seconds {
  const fraction = Number(anchor.time % 1_000_000_000n) / 1e9;
  const shown = fraction + since(now, anchor) + delay / 2 + (low + high) / 2;
  return Math.ceil(shown) - shown;
}

/** Whether the same time was shown at moments that are further apart than the resolution. */
export function showsStandstill(replies: readonly DateReply[]): boolean {
  const [first, last] = [replies[0]!, replies.at(-1)!];
  const apart = elapsed(last.sent, first.received);
  return apart > Math.max(1, first.resolution) && replies.every(({ date }) => date === first.date);
}

function shownAfter({ date }: DateReply, anchor: Reading): Seconds {
  return Number(date - anchor.time) / 1e9;
}

function since(at: MonotonicTime, anchor: Reading): Seconds {
  return elapsed(at, anchor.monotonic);
}
