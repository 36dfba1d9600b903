// The floor after a measurement: never lower, unless the measurement proves that the floor was wrong.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { floorAfter, isPlausibleFloor } from '../../src/ntp/clock-floor.ts';
import { add, type UnixTime } from '../../src/ntp/time.ts';
import { BEGINNING } from '../support/world.ts';

const at = (seconds: number): UnixTime => add(BEGINNING, seconds);

test.each([
  ['the first measurement: the earliest time that it allows', undefined, 10, 2, 8],
  ['a later one raises it', 5, 10, 2, 8],
  ['an inaccurate one does not lower it', 9, 10, 2, 9],
  ['one just before it does not lower it', 11, 10, 2, 11],
  ['one that excludes it replaces it', 13, 10, 2, 8],
  ['a liar of years, repaired', 3e8, 10, 2, 8],
])('%s', (_, floor, time, errorBound, expected) => {
  const before = floor === undefined ? undefined : at(floor);
  expect(floorAfter({ time: at(time), errorBound }, before)).toBe(at(expected));
});

test('with honest measurements the floor never falls, and is never after the true time', () => {
  const measurement = fc.record({
    passed: fc.double({ min: 0, max: 1e6, noNaN: true }),
    errorBound: fc.double({ min: 0, max: 10, noNaN: true }),
    share: fc.double({ min: -0.99, max: 0.99, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(measurement, { minLength: 1 }), measurements => {
      let truth = BEGINNING;
      let floor: UnixTime | undefined;
      for (const { passed, errorBound, share } of measurements) {
        truth = add(truth, passed);
        const next = floorAfter({ time: add(truth, share * errorBound), errorBound }, floor);
        expect(next >= (floor ?? next)).toBe(true);
        // To the rounding of a double.
        expect(next <= add(truth, 1e-6)).toBe(true);
        floor = next;
      }
    }),
  );
});

test('a floor of more than 20 years after the release is not accepted', () => {
  const years = (n: number) => at(n * 365.25 * 86_400);
  expect(isPlausibleFloor(years(19.9), BEGINNING)).toBe(true);
  expect(isPlausibleFloor(years(20.1), BEGINNING)).toBe(false);
  expect(isPlausibleFloor(years(-50), BEGINNING)).toBe(true);
});
