import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, intervalOf, majorityRegion, selectTruechimers } from '../../src/ntp/select.ts';
import { candidate, electorates } from '../support/builders.ts';

/** A candidate by the ends of its interval. */
function from(low: number, high: number): Candidate {
  return candidate((low + high) / 2, (high - low) / 2);
}

/** How many of the intervals contain a point, counted one by one. */
function countAt(point: number, candidates: readonly Candidate[]): number {
  return candidates.map(intervalOf).filter(({ low, high }) => low <= point && point <= high).length;
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
      truechimers: [only],
      falsetickers: [],
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
    expect(majorityRegion(candidates)).toBeUndefined();
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
    expect(selection).toEqual({ kind: 'majority', intersection, truechimers, falsetickers });
  });

  test('the candidates that come out are those that went in, once each and in their order', () => {
    fc.assert(
      fc.property(crowded, candidates => {
        const selection = selectTruechimers(candidates);
        if (selection.kind === 'no-majority') return;
        const { truechimers, falsetickers } = selection;
        expect(candidates.filter(one => truechimers.includes(one))).toEqual(truechimers);
        expect(candidates.filter(one => !truechimers.includes(one))).toEqual(falsetickers);
      }),
    );
  });

  test('there is an answer exactly when more than half share a point, and both its ends are such points', () => {
    fc.assert(
      fc.property(crowded, candidates => {
        // The most that any point has, it has at the low end of some interval.
        const most = Math.max(...candidates.map(one => countAt(intervalOf(one).low, candidates)));
        const selection = selectTruechimers(candidates);
        expect(selection.kind).toBe(2 * most > candidates.length ? 'majority' : 'no-majority');
        if (selection.kind === 'no-majority') return;
        expect(countAt(selection.intersection.low, candidates)).toBe(most);
        expect(countAt(selection.intersection.high, candidates)).toBe(most);
        expect(selection.truechimers.length).toBeGreaterThanOrEqual(most);
      }),
      { numRuns: 1000 },
    );
  });

  test('the order of the servers changes nothing', () => {
    fc.assert(
      fc.property(crowded, candidates => {
        const [one, other] = [selectTruechimers(candidates), selectTruechimers(candidates.toReversed())];
        expect(one.kind).toBe(other.kind);
        if (one.kind === 'no-majority' || other.kind === 'no-majority') return;
        expect(one.intersection).toEqual(other.intersection);
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

describe('majorityRegion', () => {
  test('the truth is in it while most are honest, whatever the others say', () => {
    fc.assert(
      fc.property(electorates(), ({ truth, candidates }) => {
        const { low, high } = majorityRegion(candidates)!;
        expect(low).toBeLessThanOrEqual(truth);
        expect(high).toBeGreaterThanOrEqual(truth);
      }),
      { numRuns: 2000 },
    );
  });

  test('it reaches from the first to the last point that more than half contain', () => {
    const candidates = [from(0, 10), from(0, 1), from(9, 10), from(-5, -4), from(0.5, 9.5)];
    expect(majorityRegion(candidates)).toEqual({ low: 0.5, high: 9.5 });
    expect(majorityRegion([from(3, 4)])).toEqual({ low: 3, high: 4 });
    expect(majorityRegion([])).toBeUndefined();
  });

  test('half of them is not more than half', () => {
    expect(majorityRegion([from(0, 2), from(1, 3)])).toEqual({ low: 1, high: 2 });
    expect(majorityRegion([from(0, 2), from(1, 3), from(0, 2), from(1, 3)])).toEqual({ low: 1, high: 2 });
  });

  test('what the largest group shares lies within it', () => {
    fc.assert(
      fc.property(crowded, candidates => {
        const selection = selectTruechimers(candidates);
        if (selection.kind === 'no-majority') return;
        const region = majorityRegion(candidates)!;
        expect(region.low).toBeLessThanOrEqual(selection.intersection.low);
        expect(region.high).toBeGreaterThanOrEqual(selection.intersection.high);
      }),
    );
  });
});
