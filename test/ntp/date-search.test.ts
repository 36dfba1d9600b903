// The search for the second's edge: against a simulated clock, with any offset and delays, the interval always holds the truth.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DateReply,
  isSearched,
  searchedBy,
  showsStandstill,
  waitForEdge,
} from '../../src/ntp/date-search.ts';
import {
  type MonotonicTime,
  monotonicTimeOf,
  nanoseconds,
  type Reading,
  unixTimeOf,
} from '../../src/ntp/time.ts';

const ANCHOR: Reading = { time: unixTimeOf(1_800_000_000_123_456_789n), monotonic: monotonicTimeOf(77n) };

interface OtherClock {
  readonly offset: number;
  readonly resolution?: number;
  /** Seconds there and back. */
  readonly there?: number;
  readonly back?: number;
}

/** An answer to a question that is sent `at` seconds after the anchor. */
function answer(at: number, { offset, resolution = 1, there = 0.002, back = 0.001 }: OtherClock): DateReply {
  const moment = (s: number) => monotonicTimeOf(ANCHOR.monotonic + nanoseconds(s));
  const shown = ANCHOR.time + nanoseconds(at + there + offset);
  const step = resolution < 1 ? 1n : 1_000_000_000n;
  return {
    sent: moment(at),
    received: moment(at + there + back),
    date: unixTimeOf(shown - (((shown % step) + step) % step)),
    resolution,
  };
}

/** All answers of a search. */
function search(clock: OtherClock): readonly DateReply[] {
  const replies = [answer(0.3, clock)];
  for (;;) {
    const found = searchedBy(replies, ANCHOR);
    if (isSearched(found, replies)) return replies;
    const now: MonotonicTime = replies.at(-1)!.received;
    const at = Number(now - ANCHOR.monotonic) / 1e9 + waitForEdge(found, now, ANCHOR);
    replies.push(answer(at, clock));
  }
}

describe('a search by dates in whole seconds', () => {
  test('finds any offset to the round trip and a few milliseconds, and never loses it', () => {
    const delay = fc.double({ min: 1e-4, max: 0.2, noNaN: true });
    const offset = fc.double({ min: -2e9, max: 1e8, noNaN: true });
    fc.assert(
      fc.property(offset, delay, delay, (offset, there, back) => {
        const replies = search({ offset, there, back });
        const { low, high } = searchedBy(replies, ANCHOR);
        expect(offset).toBeGreaterThanOrEqual(low - 1e-6);
        expect(offset).toBeLessThanOrEqual(high + 1e-6);
        expect(high - low).toBeLessThanOrEqual(there + back + 0.01);
        expect(replies.length).toBeLessThanOrEqual(10);
      }),
    );
  });

  test('knows half a second with one answer', () => {
    const { low, high, contradiction } = searchedBy([answer(0, { offset: 5 })], ANCHOR);
    expect(high - low).toBeCloseTo(1.003, 6);
    expect(contradiction).toBe(0);
  });
});

test('a time with nanoseconds needs no search, but a few answers', () => {
  const clock = { offset: -0.25, resolution: 1e-9 };
  const replies = search(clock);
  expect(replies).toHaveLength(4);
  const { low, high, delay } = searchedBy(replies, ANCHOR);
  expect((low + high) / 2).toBeCloseTo(-0.2495, 6);
  expect(high - low).toBeCloseTo(delay, 6);
});

test('answers of two clocks contradict each other by their difference', () => {
  const replies = [answer(0, { offset: 0, resolution: 1e-9 }), answer(1, { offset: 3, resolution: 1e-9 })];
  expect(searchedBy(replies, ANCHOR).contradiction).toBeCloseTo(2.997, 3);
});

test('the same second twice is a standstill only if the answers are more than that apart', () => {
  const first = answer(0, { offset: 0 });
  const later = (at: number) => ({ ...answer(at, { offset: 0 }), date: first.date });
  expect(showsStandstill([first, later(0.9)])).toBe(false);
  expect(showsStandstill([first, later(1.2)])).toBe(true);
  expect(showsStandstill([first, answer(2.5, { offset: 0 })])).toBe(false);
});
