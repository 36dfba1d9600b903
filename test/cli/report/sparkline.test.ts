// Sparklines: their width, their characters, and their scale.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnsOf, sparkline } from '../../../src/cli/report/sparkline.ts';
import { usualRange } from '../../../src/cli/report/usual-range.ts';
import type { DriftHistoryEntry } from '../../../src/ntp/drift/drift-state.ts';
import { add, type Seconds } from '../../../src/ntp/time.ts';
import { BEGINNING } from '../../support/world.ts';

const HOUR = 3600;
const runs = (...values: readonly (number | undefined)[]): DriftHistoryEntry[] =>
  values.map((offset, i) => ({ at: add(BEGINNING, i * HOUR), ...(offset !== undefined && { offset }) }));
const draw = (history: readonly DriftHistoryEntry[], columns: number, blocks = true) =>
  sparkline(history, ({ offset }) => offset, { columns, blocks });

describe('the characters of a sparkline', () => {
  test('go from the lowest value to the highest, and leave a gap where there was no run', () => {
    expect(draw(runs(-3, -2, -1, 0, undefined, 1, 2, 3, 4), 9)).toEqual({
      text: '▁▂▃▄ ▅▆▇█',
      ...{ low: -3, high: 4, least: -3, most: 4 },
    });
    expect(draw(runs(-3, 4), 2, false)?.text).toBe('.@');
  });

  test('are in the middle if all values are the same', () => {
    expect(draw(runs(2, 2, 2), 3)?.text).toBe('▅▅▅');
  });

  test('are in the middle if no difference is left of the smallest numbers', () => {
    expect(draw(runs(-2e-323, -1.5e-323), 2)?.text).toBe('▅▅');
  });

  test('are the most unusual of the runs that share one', () => {
    expect(draw(runs(0, 1, 10, 11), 2)).toMatchObject({ text: '▁█', low: 0, high: 11 });
  });

  test('show an outlier as an arrow, so that the others can be told apart', () => {
    const history = runs(2, 1e-3, 2e-3, 1e-3, 2e-3, 1e-3, 2e-3, 1e-3, -2, 1e-3);
    expect(draw(history, 10)).toMatchObject({
      text: '^▁█▁█▁█▁v▁',
      low: 1e-3,
      high: 2e-3,
      least: -2,
      most: 2,
    });
  });

  test('are none without a value', () => {
    expect(draw(runs(undefined, undefined), 2)).toBeUndefined();
    expect(draw([], 0)).toBeUndefined();
  });
});

test.each<[string, number, Seconds, number, number]>([
  ['each run of five hours', 6, HOUR, 80, 6],
  ['a week in the room there is', 169, HOUR, 40, 40],
  ['a week at most 84 characters wide', 169, HOUR, 1000, 84],
  ['one run', 1, HOUR, 80, 1],
  ['at least one, in no room', 9, HOUR, -5, 1],
])('%s: the columns', (_, count, interval, room, expected) => {
  expect(columnsOf(runs(...Array<number>(count).fill(0)), interval, room)).toBe(expected);
});

test('a sparkline of any history: as wide as wanted, only characters of the scale, all values within it', () => {
  const value = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined });
  const history = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 604_800 }), value), { minLength: 1, maxLength: 200 })
    .map(entries => entries.toSorted(([a], [b]) => a - b))
    .map(entries =>
      entries.map(([at, offset]) => ({
        at: add(BEGINNING, at),
        ...(offset !== undefined && { offset }),
      })),
    );
  fc.assert(
    fc.property(history, fc.integer({ min: 1, max: 84 }), fc.boolean(), (entries, columns, blocks) => {
      const drawn = draw(entries, columns, blocks);
      fc.pre(drawn !== undefined);
      const { text, low, high, least, most } = drawn;
      expect([...text]).toHaveLength(columns);
      expect(text).toMatch(blocks ? /^[ ▁▂▃▄▅▆▇█v^]+$/u : /^[ .:\-=+*#@v^]+$/);
      expect(text.trim()).not.toBe('');
      for (const bound of [low, high, least, most]) expect(Number.isFinite(bound)).toBe(true);
      expect(least).toBeLessThanOrEqual(low);
      expect(low).toBeLessThanOrEqual(high);
      expect(high).toBeLessThanOrEqual(most);
    }),
  );
});

test('the usual range keeps at least four fifths of the values', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 }), values => {
      const { low, high } = usualRange(values)!;
      const kept = values.filter(value => value >= low && value <= high);
      expect(kept.length).toBeGreaterThanOrEqual(Math.floor(0.8 * (values.length - 1)));
    }),
  );
});
