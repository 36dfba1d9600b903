import { describe, expect, test } from 'vitest';
import { decodePacket } from '../../src/ntp/packet.ts';
import { plausibleTimes } from '../../src/ntp/plausible.ts';
import { testFitness } from '../../src/ntp/reply-tests.ts';
import type { Sample } from '../../src/ntp/sample.ts';
import { difference, ntpTimestampOf, unixTimeOf } from '../../src/ntp/time.ts';
import { examine, exchange, instant, PRECISION, plausible, RELEASE } from '../support/builders.ts';

describe('plausible years', () => {
  /** An exchange with a server that shows `theirs` while our clock shows `ours`. */
  const meeting = (ours: string, theirs: string) =>
    exchange({ t1: instant(ours), offset: difference(instant(theirs), instant(ours)) });

  test.each([
    ['before the release', '2025-12-31T23:59:50Z'],
    ['a server at 1970', '1970-01-01T00:00:00Z'],
    ['over twenty years after the release', '2046-01-02T00:00:00Z'],
    ['Unix seconds sent as NTP seconds', '1956-09-12T11:01:40Z'],
  ])('%s is implausible, unless any time is allowed', (_, theirs) => {
    const one = meeting('2026-11-21T12:00:00Z', theirs);
    expect(examine(one)).toMatchObject({ kind: 'implausible-time', test: 'plausible' });
    expect(examine(one, { plausible: plausible(true) })).toMatchObject({
      kind: 'sample',
      t2: expect.anything(),
    });
  });

  test.each([
    ['a board that boots in 1970', '1970-01-01T00:00:07Z', '2026-11-21T12:00:00Z'],
    ['a board that boots in 2000', '2000-01-01T00:00:07Z', '2045-11-21T12:00:00Z'],
    ['a board that boots in 1970, after the turn of the era', '1970-01-01T00:00:07Z', '2036-02-08T00:00:00Z'],
    ['a clock at 2099', '2099-12-31T23:59:59Z', '2026-11-21T12:00:00Z'],
    ['a clock before the turn, a server after it', '2036-02-07T06:28:15Z', '2036-02-07T06:28:17Z'],
    ['a clock after the turn, a server before it', '2036-02-07T06:28:17Z', '2036-02-07T06:28:14Z'],
    ['right after the release', '2026-11-21T12:00:00Z', '2026-01-01T00:00:01Z'],
    ['nearly twenty years after it', '2026-11-21T12:00:00Z', '2045-12-31T00:00:00Z'],
  ])('%s', (_, ours, theirs) => {
    const sample = examine(meeting(ours, theirs)) as Sample;
    expect(sample.kind).toBe('sample');
    expect(sample.offset).toBeCloseTo(difference(instant(theirs), instant(ours)), 5);
  });

  test.each([
    ['the release itself', RELEASE, true],
    ['a nanosecond before it', unixTimeOf(RELEASE - 1n), false],
    ['twenty years after it', plausible().until, true],
    ['a nanosecond more', unixTimeOf(plausible().until + 1n), false],
  ])('%s is allowed or not', (_, t3, allowed) => {
    const packet = { ...decodePacket(exchange().bytes)!, reference: ntpTimestampOf(0n) };
    const held = { outstanding: [], expired: [], closed: [], precision: PRECISION, maxDistance: 1.5 };
    const failure = testFitness(packet, { t1: t3, t2: t3, t3, t4: t3 }, { ...held, plausible: plausible() });
    expect(failure?.kind).toBe(allowed ? undefined : 'implausible-time');
  });

  test('twenty years, counted from the release', () => {
    const { from, until, allowAny } = plausibleTimes(RELEASE, false);
    expect([from, allowAny]).toEqual([RELEASE, false]);
    expect(difference(until, from) / 31_557_600).toBeCloseTo(20, 9);
  });
});
