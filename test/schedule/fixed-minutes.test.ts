// Fixed minutes: the distance from one run to the next is the period, around the clock.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fixedMinutesOf } from '../../src/schedule/fixed-minutes.ts';
import '../support/properties.ts';

const MINUTES = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30];
const HOURS = [1, 2, 3, 4, 6, 8, 12, 24];
const PERIODS = [...MINUTES.map(minutes => minutes * 60), ...HOURS.map(hours => hours * 3600)];

/** The minutes of a day at which a job runs. */
function dayOf(every: number, minute: number): readonly number[] {
  const times = fixedMinutesOf(every, minute);
  if (times === undefined) throw new Error(`${every} s`);
  const { minutes, hours = Array.from({ length: 24 }, (_, i) => i) } = times;
  return hours.flatMap(hour => minutes.map(each => hour * 60 + each)).toSorted((a, b) => a - b);
}

test('fixed minutes: the runs of a day are one period apart', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PERIODS), fc.integer({ min: 1, max: 59 }), (every, minute) => {
      const day = dayOf(every, minute);
      const next = [...day.slice(1), day[0]! + 1440];
      expect(new Set(day.map((at, i) => next[i]! - at))).toEqual(new Set([every / 60]));
    }),
  );
});

test('fixed minutes: no run is at the full hour, unless there is one every minute', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PERIODS.slice(1)), fc.integer({ min: 1, max: 59 }), (every, minute) => {
      expect(dayOf(every, minute).filter(at => at % 60 === 0)).toEqual([]);
    }),
  );
  expect(dayOf(60, 7)).toHaveLength(1440);
});

test('fixed minutes: an hourly run is at the minute of the machine', () => {
  expect(fixedMinutesOf(3600, 41)).toEqual({ minutes: [41] });
});

test.each([64, 90, 7 * 60, 45 * 60, 90 * 60, 5 * 3600, 7 * 3600, 48 * 3600])(
  'no fixed minutes repeat after %i s',
  every => expect(fixedMinutesOf(every, 23)).toBeUndefined(),
);
