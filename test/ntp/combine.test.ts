import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clusterSurvivors } from '../../src/ntp/cluster.ts';
import { type Combinable, combineSurvivors, type Estimate } from '../../src/ntp/combine.ts';
import { type Agreement, intervalOf, selectTruechimers } from '../../src/ntp/select.ts';
import { candidate, type Electorate, electorates } from '../support/builders.ts';

function agreementOf(usable: readonly Combinable[]): Agreement<Combinable> {
  const selection = selectTruechimers(usable);
  if (selection.kind === 'no-majority') throw new Error('no majority');
  return selection;
}

/** All of them are honest, and all survive. */
function combineAll(survivors: readonly Combinable[], usable = survivors): Estimate {
  return combineSurvivors(survivors, { ...agreementOf(usable), doubtful: 0 });
}

/** Selection, cluster and combination, as sync does them. */
function combine({ candidates }: Pick<Electorate, 'candidates'>) {
  const agreement = agreementOf(candidates);
  const { survivors } = clusterSurvivors(agreement.truechimers, undefined, agreement.doubtful);
  return { survivors, agreement, estimate: combineSurvivors(survivors, agreement) };
}

describe('combineSurvivors', () => {
  test('one alone is taken as it is', () => {
    const only = candidate(-0.25, 0.125, { jitter: 0.01 });
    const { offset, jitter, rootDistance, weights } = combineAll([only], [only]);
    expect({ offset, rootDistance, weights }).toEqual({ offset: -0.25, rootDistance: 0.125, weights: [1] });
    expect(jitter).toBeCloseTo(0.01, 12);
  });

  test('of two the weights are as 1/λ (RFC 5905 §11.2.3), worked by hand', () => {
    const survivors = [candidate(0.01, 0.1, { jitter: 0.003 }), candidate(0.05, 0.3, { jitter: 0.004 })];
    const { offset, jitter, weights, rootDistance } = combineAll(survivors, survivors);
    expect(weights[0]).toBeCloseTo(0.75, 12);
    expect(weights[1]).toBeCloseTo(0.25, 12);
    expect(offset).toBeCloseTo(0.75 * 0.01 + 0.25 * 0.05, 12);
    // The first is the system peer: its selection jitter is 0.04.
    expect(jitter).toBeCloseTo(Math.sqrt(0.04 ** 2 + 0.75 * 0.003 ** 2 + 0.25 * 0.004 ** 2), 12);
    // Both contain −0.09 to 0.11; the offset is 0.02.
    expect(rootDistance).toBeCloseTo(0.11, 12);
  });

  test('the selection jitter is the system peer’s', () => {
    const [a, b, c] = [candidate(0, 1), candidate(3, 1), candidate(4, 1)];
    const usable = [a, b, c].map(one => ({ ...one, rootDistance: 5 }));
    expect(combineAll([a, b, c], usable).jitter).toBeCloseTo(Math.sqrt(25 / 2), 6);
    expect(combineAll([b, a, c], usable).jitter).toBeCloseTo(Math.sqrt(10 / 2), 6);
  });

  test('the bound is over all usable servers, also those that were not believed', () => {
    const honest = [candidate(0, 1), candidate(0, 1)];
    const liar = candidate(1.5, 1);
    expect(combineAll(honest, honest).rootDistance).toBe(1);
    // With the liar in the vote, two of three may be right anywhere from −1 to 1.
    expect(combineAll(honest, [...honest, liar]).rootDistance).toBe(1);
    const narrow = [
      candidate(0, 0.1),
      candidate(0, 0.1),
      candidate(0, 2),
      candidate(0.5, 1),
      candidate(0.5, 1),
    ];
    expect(combineAll(narrow.slice(0, 2), narrow).rootDistance).toBeCloseTo(1.5, 12);
  });

  test('nothing to combine is a mistake of the caller', () => {
    expect(() => combineAll([], [candidate(0, 1)])).toThrow(RangeError);
  });

  test('of three and more it is the weighted median, worked by hand', () => {
    const three = [candidate(0.01, 0.2), candidate(0.02, 0.2), candidate(0.09, 0.2)];
    expect(combineAll(three, three).offset).toBeCloseTo(0.02, 12);
    const four = [...three, candidate(-0.03, 0.2)];
    expect(combineAll(four, four).weights.map(weight => Math.round(weight * 1e9) / 1e9)).toEqual([
      0.5, 0.5, 0, 0,
    ]);
    // Weights 2, 1, 1 in the order of the offsets: centers at 1, 2.5 and 3.5, the middle at 2.
    const unlike = [candidate(0.04, 0.2), candidate(0.01, 0.1), candidate(0.07, 0.2)];
    const { offset, weights } = combineAll(unlike, unlike);
    expect([...weights].map(weight => Math.round(weight * 1e9) / 1e9)).toEqual([0.666666667, 0.333333333, 0]);
    expect(offset).toBeCloseTo(0.03, 12);
  });

  test('a server whose packets were held up weighs less, worked by hand', () => {
    // 40 ms over the least delay: 1/(0.1 + 0.1) to 1/(0.1 + 0).
    const two = [candidate(0.01, 0.1, { delay: 0.03 }), candidate(0.04, 0.1, { delay: 0.07 })];
    const { offset, weights } = combineAll(two, two);
    expect(weights[0]).toBeCloseTo(2 / 3, 12);
    expect(offset).toBeCloseTo(0.02, 12);
    const later = two.map(one => ({ ...one, delay: one.delay + 1 }));
    expect(combineAll(later, later).weights[0]).toBeCloseTo(2 / 3, 12);
  });

  test('the delay is that to the reference clock: a near server with a long way of its own gains nothing', () => {
    const two = [
      candidate(0.01, 0.1, { delay: 0.001, rootDelay: 0.04 }),
      candidate(0.02, 0.1, { delay: 0.041 }),
    ];
    expect(combineAll(two, two).weights[0]).toBeCloseTo(0.5, 12);
  });

  test('how far off the farthest is, is all one: a server that lies within its bound cannot drag the others', () => {
    const good = [0.001, 0.002, 0.003].map(offset => candidate(offset, 0.1));
    const offsetWith = (lie: number) => {
      const all = [...good, candidate(lie, 0.1)];
      return combineAll(all, all).offset;
    };
    expect(offsetWith(0.09)).toBe(offsetWith(0.004));
    expect(offsetWith(0.09)).toBeLessThanOrEqual(0.003);
  });

  test('a vast root distance pulls next to nothing', () => {
    const good = [0.001, 0.002, 0.003].map(offset => candidate(offset, 0.01));
    const all = [...good, candidate(1.5, 10)];
    expect(combineAll(all, all).offset).toBeCloseTo(0.002, 5);
  });

  test('weights are shares: none below 0, their sum 1, two at most; the offset lies among the survivors’', () => {
    fc.assert(
      fc.property(electorates(), electorate => {
        const { survivors, estimate } = combine(electorate);
        expect(estimate.weights).toHaveLength(survivors.length);
        expect(Math.min(...estimate.weights)).toBeGreaterThanOrEqual(0);
        expect(estimate.weights.filter(weight => weight > 0).length).toBeLessThanOrEqual(2);
        expect(estimate.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
        const offsets = survivors.map(one => one.offset);
        expect(estimate.offset).toBeGreaterThanOrEqual(Math.min(...offsets) - 1e-9);
        expect(estimate.offset).toBeLessThanOrEqual(Math.max(...offsets) + 1e-9);
      }),
    );
  });

  test('while most are honest the truth is within ± root distance, whatever the others say', () => {
    fc.assert(
      fc.property(electorates(), electorate => {
        const { estimate } = combine(electorate);
        expect(Math.abs(estimate.offset - electorate.truth)).toBeLessThanOrEqual(estimate.rootDistance);
        expect(Number.isFinite(estimate.jitter)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('the offset lies among honest servers’, but for a tenth of a round trip, whatever the others say', () => {
    fc.assert(
      fc.property(electorates(), electorate => {
        const { offset } = combine(electorate).estimate;
        const { honest } = electorate;
        const low = Math.min(...honest.map(one => one.offset - 0.1 * one.delay));
        const high = Math.max(...honest.map(one => one.offset + 0.1 * one.delay));
        expect(offset).toBeGreaterThanOrEqual(low - 1e-9);
        expect(offset).toBeLessThanOrEqual(high + 1e-9);
        // And so within their intervals.
        expect(offset).toBeGreaterThanOrEqual(Math.min(...honest.map(one => intervalOf(one).low)) - 1e-9);
        expect(offset).toBeLessThanOrEqual(Math.max(...honest.map(one => intervalOf(one).high)) + 1e-9);
      }),
      { numRuns: 2000 },
    );
  });

  test('no claim of their own gives a minority the answer, nor an honest wide one beside them', () => {
    const claim = fc.record({
      rootDistance: fc.double({ min: 1e-7, max: 1, noNaN: true }),
      jitter: fc.double({ min: 1e-7, max: 1, noNaN: true }),
      delay: fc.double({ min: 0, max: 1e-3, noNaN: true }),
    });
    const company = fc.integer({ min: 1, max: 3 }).chain(liars =>
      fc.record({
        lie: fc.double({ min: 1e-3, max: 1, noNaN: true }),
        liars: fc.array(claim, { minLength: liars, maxLength: liars }),
        honest: fc.array(claim, { minLength: liars + 1, maxLength: liars + 1 }),
        wide: fc.integer({ min: 0, max: 2 }),
      }),
    );
    fc.assert(
      fc.property(company, ({ lie, liars, honest, wide }) => {
        const candidates = [
          ...liars.map(({ rootDistance, ...rest }) => candidate(lie, rootDistance, rest)),
          ...honest.map(({ rootDistance, ...rest }) => candidate(0, rootDistance + 1e-3, rest)),
          ...Array.from({ length: wide }, () => candidate(0, 2)),
        ];
        expect(Math.abs(combine({ candidates }).estimate.offset)).toBeLessThanOrEqual(0.1 * 1e-3);
      }),
      { numRuns: 2000 },
    );
  });

  test('the order of the servers changes nothing', () => {
    fc.assert(
      fc.property(electorates(), ({ candidates }) => {
        const there = combine({ candidates }).estimate;
        const back = combine({ candidates: candidates.toReversed() }).estimate;
        expect(back.offset).toBeCloseTo(there.offset, 9);
        expect(back.rootDistance).toBeCloseTo(there.rootDistance, 9);
      }),
    );
  });

  test('the weights are those of the offset where the median is out of reach', () => {
    const tight = { jitter: 1 };
    const liars = [candidate(0.099, 1e-4, tight), candidate(0.099, 1e-4, tight)];
    const honest = [0, 0.001, 0.002].map(offset => candidate(offset, 0.2));
    const { estimate, survivors } = combine({ candidates: [...liars, ...honest] });
    expect(estimate.offset).toBe(0.002);
    expect(estimate.weights.map((weight, i) => weight * survivors[i]!.offset).reduce((a, b) => a + b)).toBe(
      0.002,
    );
  });
});
