import { describe, expect, test } from 'vitest';
import type { Burst } from '../../src/net/burst.ts';
import { TransportError } from '../../src/net/transport.ts';
import { delayOf } from '../../src/ntp/offset.ts';
import type { Rejection, Sample } from '../../src/ntp/sample.ts';
import { add } from '../../src/ntp/time.ts';
import { findingAfter, findingOf, readingOf } from '../../src/pipeline/target-finding.ts';
import { type Course, examine, exchange, NOW, readingAt } from '../support/builders.ts';

const ADDRESS = { family: 4, address: '10.0.0.5', port: 123 } as const;
const ANCHOR = readingAt(NOW);

function resultOf(course: Partial<Course>, changes: Parameters<typeof exchange>[1] = {}): Sample | Rejection {
  return examine(exchange(course, { leap: 0, ...changes }));
}

const answered = (result: Sample | Rejection) => findingOf({ kind: 'answered', address: ADDRESS, result });

function burstOf(changes: Partial<Burst>): Burst {
  return { samples: [], rejections: [], rejected: 0, sent: 1, timeout: 1, answered: 0, ...changes };
}

describe('the reading of a target', () => {
  test('of one reply has half of the round trip and the precisions as its bound', () => {
    const reading = readingOf(answered(resultOf({ offset: 0.3, forward: 0.01, backward: 0.03 })), ANCHOR);
    if (reading.kind !== 'read') throw new Error(reading.kind);
    expect(reading).toMatchObject({
      via: 'ntp',
      address: '10.0.0.5',
      samples: 1,
      stratum: 2,
      leap: 0,
      refid: '192.0.2.1',
    });
    expect(Math.abs(reading.offset - 0.3)).toBeLessThanOrEqual(reading.errorBound);
    expect(reading.errorBound).toBeCloseTo(0.02, 4);
    expect(reading.rootDistance).toBeCloseTo((0x345 / 2 + 0x678) / 0x1_0000, 9);
  });

  test('of one reply with whole hundredths of a second allows for the tick', () => {
    const reading = readingOf(answered(resultOf({ tick: 0.01, offset: 0.004 })), ANCHOR);
    if (reading.kind !== 'read') throw new Error(reading.kind);
    expect(reading.errorBound).toBeGreaterThan(0.019);
  });

  test('of one reply that came back sooner than it can have been kept allows for that', () => {
    const quick = { forward: 0.0001, backward: 0.0001, kept: 0.0001 };
    const result = resultOf({ ...quick, offset: 0.005, tick: 0.01, cutsBoth: false });
    if (result.kind !== 'sample') throw new Error(result.kind);
    expect(delayOf(result)).toBeLessThan(-0.004);
    const reading = readingOf(answered(result), ANCHOR);
    if (reading.kind !== 'read') throw new Error(reading.kind);
    expect(Math.abs(reading.offset - 0.005)).toBeLessThanOrEqual(reading.errorBound);
  });

  test('of a clock that says it is not synchronized, or that is decades off, is a reading all the same', () => {
    const unset = readingOf(answered(resultOf({ offset: 0.2 }, { leap: 3, stratum: 16 })), ANCHOR);
    expect(unset).toMatchObject({ kind: 'read', leap: 3, stratum: 16, offset: expect.closeTo(0.2, 3) });
    const far = readingOf(answered(resultOf({ offset: -1e9 })), ANCHOR);
    expect(far).toMatchObject({ kind: 'read', offset: expect.closeTo(-1e9, 0) });
  });

  test('does not contain a step of this clock since the check began', () => {
    const stepped = { ...ANCHOR, time: add(ANCHOR.time, -40) };
    const reading = readingOf(answered(resultOf({ offset: 0.3 })), stepped);
    expect(reading).toMatchObject({ offset: expect.closeTo(40.3, 3) });
  });

  test.each([
    [
      'a kiss',
      { leap: 3, stratum: 0, refid: 0x52_41_54_45 },
      { kind: 'rate-limited', reason: 'kiss code RATE' },
    ],
    [
      'a reply without a time',
      { receive: 0n as never },
      { kind: 'unusable', reason: 'its reply cannot be used: receive timestamp is zero' },
    ],
  ] as const)('of %s is none', (_, changes, unread) => {
    expect(readingOf(answered(resultOf({}, changes)), ANCHOR)).toEqual(unread);
  });

  test('of a reply that was kept for longer than it can have been is none, also if it is not synchronized', () => {
    expect(readingOf(answered(resultOf({ kept: 9 }, { leap: 3 })), ANCHOR)).toMatchObject({
      kind: 'unusable',
    });
  });
});

describe('what is known of a target', () => {
  const silent = findingOf({ kind: 'silent', address: ADDRESS });

  test('is that nothing came, or nothing could be sent', () => {
    expect(readingOf(silent, ANCHOR)).toEqual({ kind: 'no-answer' });
    const error = new TransportError('no-route', 'no route to 10.0.0.5');
    const unreachable = findingOf({ kind: 'unreachable', address: ADDRESS, error });
    expect(unreachable).not.toHaveProperty('address');
    expect(readingOf(unreachable, ANCHOR)).toEqual({ kind: 'no-answer', reason: 'no route to 10.0.0.5' });
  });

  test('changes with what a burst brings', () => {
    const sample = resultOf({}) as Sample;
    expect(findingAfter(silent, burstOf({}))).toEqual(silent);
    const refused = burstOf({ error: new TransportError('connection-refused', 'no') });
    expect(readingOf(findingAfter(silent, refused), ANCHOR)).toMatchObject({ kind: 'refused' });
    expect(findingAfter(silent, burstOf({ samples: [sample] })).samples).toEqual([sample]);
    expect(findingAfter(answered(sample), refused)).toEqual(answered(sample));
    expect(findingAfter(answered(sample), burstOf({ samples: [sample] })).samples).toHaveLength(2);
  });

  test('is that its clock was set, if its replies contradict each other', () => {
    const [early, late] = [resultOf({}) as Sample, resultOf({ t1: add(NOW, 1), offset: 5 }) as Sample];
    const finding = findingAfter(answered(early), burstOf({ samples: [late] }));
    expect(readingOf(finding, ANCHOR)).toMatchObject({
      kind: 'unusable',
      reason: expect.stringMatching(/contradict each other by 4\.\d+ s/),
    });
  });
});
