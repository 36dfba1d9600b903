import { expect, test } from 'vitest';
import {
  hasSlept,
  isContinuous,
  leastDelays,
  noiseOf,
  phaseChange,
  sinceRawRestarted,
  spacing,
  usualInterval,
} from '../../../src/ntp/drift/drift-sample.ts';
import { unixTimeOf } from '../../../src/ntp/time.ts';
import { driftSample } from '../../support/drift-samples.ts';

test('the phase grows while the oscillator gains, to the nanosecond', () => {
  const first = driftSample(0);
  const later = {
    ...first,
    raw: first.raw + 3_600_000_000_007n,
    true: unixTimeOf(first.true + 3_600_000_000_000n),
  };
  expect(phaseChange(first, later)).toBe(7e-9);
  expect(phaseChange(later, first)).toBe(-7e-9);
  expect(spacing(first, later)).toBe(3600.000000007);
});

test('half of the delay over the least one to the same peer is noise', () => {
  const quick = driftSample(0, 0, { delay: 0.01 });
  const slow = driftSample(3600, 0, { delay: 0.05, jitter: 0 });
  const far = driftSample(7200, 0, { delay: 0.2, peer: '192.0.2.2' });
  const least = leastDelays([quick, slow, far]);
  expect(least).toEqual(
    new Map([
      ['192.0.2.1', 0.01],
      ['192.0.2.2', 0.2],
    ]),
  );
  expect(noiseOf(slow, 0.01)).toBeCloseTo(0.02, 5);
  expect(noiseOf(far, 0.2)).toBeCloseTo(1e-4, 5);
});

test('no measurement is taken to be better than 20 µs', () => {
  expect(noiseOf(driftSample(0, 0, { jitter: 0 }), 4e-4)).toBe(20e-6);
});

test.each([
  ['a tenth of a second is within the reading error', 0.1, false],
  ['more is a sleep', 0.11, true],
])('asleep: %s', (_, asleep, expected) => {
  expect(hasSlept(driftSample(0), driftSample(9, 0, { asleep }))).toBe(expected);
  expect(hasSlept({ asleep: 5 }, { asleep: 5 + asleep - 1e-9 })).toBe(expected);
});

test.each([
  ['a rate of 9 % is one', 324, {}, true],
  ['a phase that moves by more than 10 % has jumped', -361, {}, false],
  ['the error bounds of both samples are allowed for', 361, { distance: 1 }, true],
  ['a sleep breaks the phase', 0, { asleep: 1 }, false],
])('continuity: %s', (_, phase, changes, expected) => {
  expect(isContinuous(driftSample(0), driftSample(3600, phase, changes))).toBe(expected);
});

test('only the samples after the last restart of the raw clock count', () => {
  const [a, b, c, d] = [9000, 100, 50, 3650].map(at => driftSample(at)) as [never, never, never, never];
  expect(sinceRawRestarted([a, b, c, d])).toEqual([c, d]);
  expect(sinceRawRestarted([c, c])).toEqual([c]);
  expect(sinceRawRestarted([c, d])).toEqual([c, d]);
  expect(sinceRawRestarted([])).toEqual([]);
});

test('the next interval is the median of the last eight', () => {
  const times = [0, 9, 18, 27, 3600, 7200, 90_000, 93_600, 97_200, 100_800, 104_400];
  expect(usualInterval(times.map(at => driftSample(at)))).toBe(3600);
  expect(usualInterval([driftSample(0), driftSample(900)])).toBe(900);
});

test.each([[[]], [[driftSample(0)]], [[driftSample(9), driftSample(0)]]])(
  'the next interval is an hour before there is any to tell (%#)',
  samples => {
    expect(usualInterval(samples)).toBe(3600);
  },
);
