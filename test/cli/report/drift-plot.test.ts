// The SVG of `drift show --plot`: it stands alone, says in words what it shows, and draws within its frame.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { driftPlot } from '../../../src/cli/report/drift-plot.ts';
import { placeOf, timeAxis, valueAxis } from '../../../src/cli/report/plot-axis.ts';
import type { DriftHistoryEntry, DriftState } from '../../../src/ntp/drift/drift-state.ts';
import { add } from '../../../src/ntp/time.ts';
import { BEGINNING } from '../../support/world.ts';

const hours = (count: number, of: (i: number) => Omit<DriftHistoryEntry, 'at'>): DriftHistoryEntry[] =>
  Array.from({ length: count }, (_, i) => ({ at: add(BEGINNING, 3600 * i), ...of(i) }));
const state = (history: readonly DriftHistoryEntry[]): DriftState => ({
  rate: { frequency: 37.5, sigma: 0.02, from: 'this-boot' },
  ...{ runs: history.length, boots: [], interval: 3600, history },
});
const WEEK = state(hours(169, i => ({ offset: i === 0 ? 2 : 1e-4 * (i % 5), frequency: 37 + 0.01 * i })));

test('the plot stands alone: no reference to anything outside, and no script', () => {
  const svg = driftPlot(WEEK);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 760 440" role="img"/);
  expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
    /https?:|url\(|@import|<script|<image|href/,
  );
  expect(svg).toContain('@media (prefers-color-scheme: dark)');
});

test('the plot says what it shows: title, description, units, days', () => {
  const svg = driftPlot(WEEK);
  expect(svg).toMatch(/<title id="title">\S.*<\/title>/);
  expect(svg).toMatch(
    /<desc id="description">This clock loses 3\.24 s a day.*169 runs from 2026-11-21T00:00Z to 2026-11-28T00:00Z/,
  );
  for (const words of ['in µs', 'in ppm', '>2026-11-22<', '>UTC<', '>+37.5<']) expect(svg).toContain(words);
});

test('an outlier of the plot is at its edge, with its value', () => {
  expect(driftPlot(WEEK)).toContain('>+2.000 s<');
});

test('of outliers beside each other, one has its value, and each is a triangle', () => {
  const early = [1.2, 0.135];
  const svg = driftPlot(
    state(
      hours(169, i => ({ offset: early[i] ?? 1e-4 * (i % 5), frequency: i < 2 ? 0 : 37 + 0.1 * (i % 5) })),
    ),
  );
  expect(svg).toContain('>+1.200 s<');
  expect(svg).not.toContain('>+135.00 ms<');
  expect(svg.match(/>\+0\.000 ppm</g)).toHaveLength(1);
  expect(svg.match(/<path class="(offset|rate)"/g)).toHaveLength(4);
});

test.each<[string, readonly DriftHistoryEntry[]]>([
  ['no run', []],
  ['one run', hours(1, () => ({ offset: 1 }))],
  ['runs that recorded nothing', hours(3, () => ({}))],
  ['the same value again and again', hours(3, () => ({ offset: 0, frequency: 0 }))],
])('%s: a picture all the same', (_, history) => {
  const svg = driftPlot(state(history));
  expect(svg).toMatch(/<\/svg>\n$/);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

test('the plot draws everything within its frame, and every element is closed', () => {
  const value = fc.double({ min: -1e10, max: 1e10, noNaN: true });
  const entries = fc.array(fc.tuple(fc.nat(604_800), value, value), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(entries, all => {
      const history = all
        .toSorted(([a], [b]) => a - b)
        .map(([at, offset, frequency]) => ({ at: add(BEGINNING, at), offset, frequency }));
      const svg = driftPlot(state(history));
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      for (const [, name, number] of svg.matchAll(/ (x|cx|x1|x2|y|cy|y1|y2)="([^"]*)"/g))
        expect(Number(number), name).toSatisfy((n: number) => n >= 0 && n <= (/x/.test(name!) ? 760 : 440));
      const tags = [...svg.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)];
      const open: string[] = [];
      for (const [, closing, tag, alone] of tags) {
        if (closing) expect(open.pop()).toBe(tag);
        else if (!alone) open.push(tag!);
      }
      expect(open).toEqual([]);
    }),
  );
});

describe('an axis', () => {
  test('of values has round ticks around them, in ascending order', () => {
    expect(valueAxis([0, 0.93]).ticks.map(tick => Number(tick.toFixed(9)))).toEqual([0, 0.5, 1]);
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 }), values => {
        const axis = valueAxis(values);
        expect(axis.ticks.length).toBeGreaterThanOrEqual(2);
        expect(axis.ticks.length).toBeLessThanOrEqual(8);
        expect(axis.ticks).toEqual(axis.ticks.toSorted((a, b) => a - b));
        for (const value of values) {
          const place = placeOf(value, axis, 1);
          expect(place).toBeGreaterThanOrEqual(-1e-9);
          expect(place).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });

  test('of time has ticks at full hours or days', () => {
    const start = Date.UTC(2026, 10, 21, 0, 30) / 1000;
    const [hour, day] = [3600, 86_400];
    expect(timeAxis(start, start + 5 * hour).ticks.map(tick => tick % hour)).toEqual([0, 0, 0, 0, 0]);
    expect(timeAxis(start, start + 7 * day).ticks.map(tick => tick % day)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });
});
