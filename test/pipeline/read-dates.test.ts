// The reading of a clock by its dates: of sources in a simulated world, whose time passes as it is waited for.

import { describe, expect, test } from 'vitest';
import { DateError, type DateSource } from '../../src/net/date-source.ts';
import { sleepBy, type Timer } from '../../src/net/timer.ts';
import type { DateReply } from '../../src/ntp/date-search.ts';
import { monotonicTimeOf, nanoseconds, unixTimeOf } from '../../src/ntp/time.ts';
import { readByDates } from '../../src/pipeline/read-dates.ts';

const ANCHOR = { time: unixTimeOf(1_800_000_000_500_000_000n), monotonic: monotonicTimeOf(0n) };
const never = new AbortController().signal;

/** Time that passes only by waiting, and a source of dates in it. `shows` makes the date from the true one, in nanoseconds. */
function world(
  shows: (time: bigint, asked: number) => bigint | Error,
  resolution = 1,
): { readonly timer: Timer; readonly source: DateSource; asked: () => number } {
  let now = 0;
  let asked = 0;
  const moment = () => monotonicTimeOf(nanoseconds(now));
  const after: Timer['after'] = (duration, action) => {
    // Only what is waited for passes; deadlines do not.
    const wait = setImmediate(() => {
      now += duration;
      action();
    });
    return () => clearImmediate(wait);
  };
  const timer: Timer = {
    now: moment,
    after: () => () => {},
    sleep: (duration, signal) => sleepBy({ after }, duration, signal),
  };
  const source: DateSource = {
    async ask(): Promise<DateReply> {
      const sent = moment();
      now += 0.001;
      const date = shows(ANCHOR.time + nanoseconds(now), asked++);
      now += 0.001;
      if (date instanceof Error) throw date;
      const step = nanoseconds(Math.min(resolution, 1)) || 1n;
      return { sent, received: moment(), date: unixTimeOf(date - (date % step)), resolution };
    },
    close() {},
  };
  return { timer, source, asked: () => asked };
}

const read = ({ timer, source }: ReturnType<typeof world>) => readByDates(source, ANCHOR, timer, never, 5);

describe('a clock that shows', () => {
  test('whole seconds is known to milliseconds', async () => {
    const reading = await read(world(time => time + 300_250_000_000n));
    if ('kind' in reading) throw new Error(reading.kind);
    expect(Math.abs(reading.offset - 300.25)).toBeLessThanOrEqual(reading.errorBound);
    expect(reading.errorBound).toBeLessThan(0.005);
  });

  test('nanoseconds is known to the round trip', async () => {
    const reading = await read(world(time => time - 7n * 1_000_000_000n, 1e-9));
    expect(reading).toMatchObject({ samples: 4, delay: expect.closeTo(0.002, 6) });
    expect(reading).toMatchObject({ offset: expect.closeTo(-7, 6), errorBound: expect.closeTo(0.001, 5) });
  });

  test.each([1, 1e-9])('always the same, to %d s, stands still', async resolution => {
    const still = world(() => 1_700_000_000_250_000_000n, resolution);
    expect(await read(still)).toMatchObject({ frozen: true });
  });

  test('now this, now that, is not read', async () => {
    const torn = world((time, asked) => time + BigInt(asked % 2) * 40_000_000_000n);
    expect(await read(torn)).toMatchObject({ kind: 'unusable', reason: expect.stringMatching(/contradict/) });
  });

  test('no more after a while is known by what it showed', async () => {
    const gone = world((time, asked) => (asked < 3 ? time : new DateError('no-answer', 'gone')));
    expect(await read(gone)).toMatchObject({ samples: 3 });
  });
});

test('a source that never says a date says why', async () => {
  const closed = world(() => new DateError('refused', 'closed'));
  expect(await read(closed)).toEqual({ kind: 'refused', reason: 'closed' });
});
