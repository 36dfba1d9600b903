import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Agreement,
  type Candidate,
  intervalOf,
  LEAST_DISTANCE,
  selectTruechimers,
} from '../../src/ntp/select.ts';
import { candidate, electorates } from '../support/builders.ts';

/** A candidate by the ends of its interval. */
function from(low: number, high: number): Candidate {
  return candidate((low + high) / 2, (high - low) / 2);
}

/** How many of the intervals contain a point, counted one by one. */
function countAt(point: number, candidates: readonly Candidate[]): number {
  return candidates.map(intervalOf).filter(({ low, high }) => low <= point && point <= high).length;
}

/** The agreement that there must be. */
function agreementOf<C extends Candidate>(candidates: readonly C[]): Agreement<C> {
  const selection = selectTruechimers(candidates);
  if (selection.kind === 'no-majority') throw new Error('no majority');
  return selection;
}

/** Offsets and distances in whole numbers, so that intervals often touch, coincide and contain each other. */
const crowded = fc.array(
  fc
    .tuple(fc.integer({ min: -6, max: 6 }), fc.integer({ min: 0, max: 4 }))
    .map(([offset, rootDistance]) => candidate(offset, rootDistance)),
  { minLength: 1, maxLength: 9 },
);

describe('selectTruechimers', () => {
  test('an interval is θ ± λ', () => {
    expect(intervalOf(candidate(0.5, 0.125))).toEqual({ low: 0.375, high: 0.625 });
  });

  test('one alone is its own majority', () => {
    const only = from(1, 2);
    expect(selectTruechimers([only])).toEqual({
      kind: 'majority',
      intersection: { low: 1, high: 2 },
      region: { low: 1, high: 2 },
      truechimers: [only],
      falsetickers: [],
      doubtful: 0,
    });
  });

  test('none are no majority', () => {
    expect(selectTruechimers([])).toEqual({ kind: 'no-majority' });
  });

  test.each([
    ['two that disagree', [from(0, 1), from(2, 3)]],
    ['two against two', [from(0, 1), from(0, 1), from(2, 3), from(2, 3)]],
    ['three that all disagree', [from(0, 1), from(2, 3), from(4, 5)]],
    ['two of four, the others apart', [from(0, 1), from(0, 1), from(2, 3), from(4, 5)]],
    ['three of six', [from(0, 1), from(0, 1), from(0, 1), from(4, 5), from(4, 5), from(4, 5)]],
    ['two of five', [from(0, 1), from(0, 1), from(2, 3), from(4, 5), from(6, 7)]],
  ])('%s: no majority', (_, candidates) => {
    expect(selectTruechimers(candidates)).toEqual({ kind: 'no-majority' });
  });

  test.each([
    ['identical', [from(1, 2), from(1, 2)], [], { low: 1, high: 2 }],
    ['touching in a point', [from(0, 1), from(1, 2)], [], { low: 1, high: 1 }],
    ['one within the other', [from(0, 10), from(4, 5)], [], { low: 4, high: 5 }],
    ['overlapping', [from(0, 2), from(1, 3), from(1.5, 9)], [], { low: 1.5, high: 2 }],
    ['two of three', [from(0, 2), from(1, 3)], [from(7, 8)], { low: 1, high: 2 }],
    [
      'three of four, one a second off',
      [from(0, 2), from(1, 3), from(1, 2)],
      [from(2.5, 3.5)],
      { low: 1, high: 2 },
    ],
    ['three of five', [from(0, 2), from(1, 3), from(1, 2)], [from(5, 6), from(-9, -8)], { low: 1, high: 2 }],
  ])('%s', (_, truechimers, falsetickers, intersection) => {
    const selection = selectTruechimers([...falsetickers, ...truechimers]);
    expect(selection).toMatchObject({ kind: 'majority', intersection, truechimers, falsetickers });
  });

  test('the candidates that come out are those that went in, once each and in their order', () => {
    fc.assert(
      fc.property(crowded, candidates => {
        const selection = selectTruechimers(candidates);
        fc.pre(selection.kind === 'majority');
        const { truechimers, falsetickers } = selection;
        expect(candidates.filter(one => truechimers.includes(one))).toEqual(truechimers);
        expect(candidates.filter(one => !truechimers.includes(one))).toEqual(falsetickers);
      }),
    );
  });

  test('there is an answer exactly when more than half share a point', () => {
    fc.assert(
      fc.property(crowded, candidates => {
        // The most that any point has, it has at the low end of some interval.
        const most = Math.max(...candidates.map(one => countAt(intervalOf(one).low, candidates)));
        const selection = selectTruechimers(candidates);
        expect(selection.kind).toBe(2 * most > candidates.length ? 'majority' : 'no-majority');
      }),
      { numRuns: 1000 },
    );
  });

  test('truechimers are those that share a point with a majority, the region holds all such points', () => {
    fc.assert(
      fc.property(crowded, candidates => {
        const selection = selectTruechimers(candidates);
        fc.pre(selection.kind === 'majority');
        const { truechimers, region, intersection, doubtful } = selection;
        const majority = Math.floor(candidates.length / 2) + 1;
        // All ends are whole numbers, so that a place where more than half overlap has one.
        const places = range(-10, 10).filter(point => countAt(point, candidates) >= majority);
        const sharing = candidates.filter(one => places.some(point => countAt(point, [one]) === 1));
        expect(truechimers).toEqual(sharing);
        expect(doubtful).toBe(truechimers.length - majority);
        for (const end of [region.low, region.high])
          expect(Math.abs(end - Math.round(end))).toBeLessThan(LEAST_DISTANCE + 1e-9);
        expect(Math.round(region.low)).toBeCloseTo(places[0]!);
        expect(Math.round(region.high)).toBeCloseTo(places.at(-1)!);
        expect(region.low).toBeLessThanOrEqual(intersection.low);
        expect(region.high).toBeGreaterThanOrEqual(intersection.high);
      }),
      { numRuns: 1000 },
    );
  });

  test('the order of the servers changes nothing', () => {
    fc.assert(
      fc.property(crowded, candidates => {
        const [one, other] = [selectTruechimers(candidates), selectTruechimers(candidates.toReversed())];
        expect(one.kind).toBe(other.kind);
        fc.pre(one.kind === 'majority' && other.kind === 'majority');
        expect([one.intersection, one.region]).toEqual([other.intersection, other.region]);
        expect(new Set(one.truechimers)).toEqual(new Set(other.truechimers));
      }),
    );
  });

  test('while most are honest there is always an answer', () => {
    fc.assert(
      fc.property(electorates(), ({ candidates }) => {
        expect(selectTruechimers(candidates).kind).toBe('majority');
      }),
    );
  });

  test('ten thousand, of which nearly half are a second off', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => candidate(i < 5001 ? 0 : 1 + i / 10_000, 0.01));
    const selection = selectTruechimers(many);
    expect(selection.kind === 'majority' && selection.truechimers).toHaveLength(5001);
    expect(selectTruechimers(many.slice(1)).kind).toBe('majority');
    expect(selectTruechimers(many.slice(2)).kind).toBe('no-majority');
  });
});

describe('the region', () => {
  test('the truth is in it while most are honest, whatever the others say', () => {
    fc.assert(
      fc.property(electorates(), ({ truth, candidates }) => {
        const { low, high } = agreementOf(candidates).region;
        expect(low).toBeLessThanOrEqual(truth);
        expect(high).toBeGreaterThanOrEqual(truth);
      }),
      { numRuns: 2000 },
    );
  });

  test('it reaches from the first to the last point that more than half contain', () => {
    const candidates = [from(0, 10), from(0, 1), from(9, 10), from(-5, -4), from(0.5, 9.5)];
    expect(agreementOf(candidates).region).toEqual({ low: 0.5, high: 9.5 });
    const [first, ...others] = [from(0, 2), from(1, 3), from(0, 2), from(1, 3)];
    expect(agreementOf([first!, ...others]).region).toEqual({ low: 1, high: 2 });
  });

  test('a server in a gap that a wide interval bridges is a falseticker', () => {
    const wide = from(0, 10);
    const [one, other] = [from(0, 1), from(9, 10)];
    const between = from(5, 6);
    const { truechimers, falsetickers, doubtful } = agreementOf([
      wide,
      one,
      one,
      other,
      other,
      between,
      wide,
    ]);
    expect(truechimers).toEqual([wide, one, one, other, other, wide]);
    expect(falsetickers).toEqual([between]);
    expect(doubtful).toBe(2);
  });
});

describe('servers that claim next to nothing, and are milliseconds apart', () => {
  const at = (...milliseconds: readonly number[]) =>
    milliseconds.map(offset => candidate(offset / 1e3, 1e-5));
  const milliseconds = (seconds: number) => Math.round(seconds * 1e6) / 1e3;

  test.each([
    ['two that are 1.2 ms apart', at(-0.6, 0.6), -1.9, 1.9],
    [
      'two that overlap at their edges: their noise is no agreement',
      at(-0.6, 0.6).map(one => ({ ...one, rootDistance: 0.00065 })),
      -1.9,
      1.9,
    ],
    ['two that are 4 ms apart: what both say is in the region', at(-2, 2), -2, 2],
    ['three in a chain: both places stand', at(0, 3, 6), 0, 6],
    ['one server of three is elsewhere', at(0, 3, 1000), 0, 3],
    ['a wide one shares a place with each', [...at(0, 1), candidate(0, 1)], -2.5, 3.5],
  ])('%s', (_, candidates, low, high) => {
    const { region, truechimers, intersection } = agreementOf(candidates);
    expect([milliseconds(region.low), milliseconds(region.high)]).toEqual([low, high]);
    expect(truechimers).toEqual(candidates.filter(({ offset }) => offset < 1));
    expect(region.low).toBeLessThanOrEqual(intersection.low);
  });

  test.each([
    ['two a second apart', at(0, 1000)],
    ['two 5.1 ms apart', at(0, 5.1)],
    ['three that no two of agree', at(0, 6, 12)],
  ])('%s: no majority', (_, candidates) => {
    expect(selectTruechimers(candidates)).toEqual({ kind: 'no-majority' });
  });

  test('nothing is widened where one place is agreed on', () => {
    const tight = [candidate(0, 1e-4), candidate(1e-4, 1e-4), candidate(0.002, 1e-4)];
    const { region, falsetickers } = agreementOf(tight);
    expect(region).toEqual({ low: 0, high: 1e-4 });
    expect(falsetickers).toEqual([tight[2]]);
  });
});

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
