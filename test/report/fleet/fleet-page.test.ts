// The page of a check as text: its policy, its size, and what no list can break. What it looks like is tested in a browser
// (test/interop/fleet-page.test.ts).

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fleetPage } from '../../../src/report/fleet/page/fleet-page.ts';
import { html, pageOffset } from '../../../src/report/fleet/page/html-text.ts';
import { limitZones } from '../../../src/report/fleet/page/limit-zones.ts';
import { symlogAxis, symlogPlace, symlogTicks } from '../../../src/report/fleet/page/symlog-axis.ts';
import { anyChecked, anyText, checked, EVERY_VERDICT, fleetOf, target, within } from '../../support/fleet.ts';

test('the policy allows the style sheet and the script of the page by their hashes, and nothing else', () => {
  const page = fleetPage(checked(EVERY_VERDICT));
  const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(page)!;
  const hashOf = (element: string) => {
    const [, text = ''] = new RegExp(`<${element}>([\\s\\S]*?)</${element}>`).exec(page)!;
    return createHash('sha256').update(text).digest('base64');
  };
  expect(policy).toBe(
    `default-src 'none'; style-src 'sha256-${hashOf('style')}'; script-src 'sha256-${hashOf('script')}'; base-uri 'none'; form-action 'none'`,
  );
  expect(page.match(/<(script|style)\b/g)).toEqual(['<style', '<script']);
});

test('the page names no other resource', () => {
  expect(fleetPage(fleetOf(500))).not.toMatch(/\b(src|href|url|@import)\b\s*[=(]|https?:/);
});

test('the page of 10,000 hosts has at most 3 MB', () => {
  const since = new Map(fleetOf(10_000).targets.map(one => [one, '2026-11-24T03:00:00.000000000Z']));
  expect(Buffer.byteLength(fleetPage(fleetOf(10_000), since))).toBeLessThan(3_000_000);
});

test.each([
  ['2026-11-24T03:00:00.000000000Z', '2026-11-24<i>for 2 d</i>'],
  ['2026-11-26T02:30:00.000000000Z', '02:30 UTC<i>for 4 h</i>'],
  ['2026-11-26T06:55:00.000000000Z', '06:55 UTC<i>for 5 min</i>'],
  ['2026-11-26T07:00:00.000000000Z', '<td>this check'],
  ['2026-11-26T06:59:48.000000000Z', '<td>06:59 UTC<i>for 12 s</i>'],
])('a clock that is off since %s is said to be so', (since, words) => {
  const off = target({ verdict: 'off', severity: 'critical' });
  expect(fleetPage(checked([off]), new Map([[off, since]]))).toContain(words);
});

test.each([
  [-3600, '−3600.0 s'],
  [0.0124, '+12.40 ms'],
  [200_000, '+2.3 days'],
  [-1_795_676_000, '−56.9 years'],
])('the offset %f is written %j', (offset, text) => {
  expect(pageOffset(offset)).toBe(text);
});

test('whatever a list says, it adds no element and ends no attribute', () => {
  fc.assert(
    fc.property(anyText, text => {
      expect(html(text)).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
    }),
  );
});

test('whatever was found, there is a page with a row for each target', () => {
  fc.assert(
    fc.property(anyChecked, check => {
      const page = fleetPage(check);
      expect(page.match(/<tr class=/g)?.length ?? 0).toBe(check.targets.length);
      expect(page.slice(0, page.indexOf('<script'))).not.toMatch(/NaN|Infinity|undefined/);
    }),
  );
});

describe('the axis', () => {
  test('keeps the order of values, and has all intervals and its labels on it', () => {
    fc.assert(
      fc.property(anyChecked, fc.double({ noNaN: true }), fc.double({ noNaN: true }), (check, a, b) => {
        const axis = symlogAxis(check);
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        expect(symlogPlace(less, axis, 240)).toBeLessThanOrEqual(symlogPlace(more, axis, 240));
        for (const { reading } of check.targets) {
          if (!reading) continue;
          const { offset, errorBound } = reading;
          const [from, at, to] = [offset - errorBound, offset, offset + errorBound].map(value =>
            symlogPlace(value, axis, 240),
          );
          expect(from).toBeGreaterThan(0);
          expect(to).toBeLessThan(240);
          expect(from! <= at! && at! <= to!).toBe(true);
        }
        const places = symlogTicks(axis, 240).map(({ labelX }) => labelX);
        expect(places).toEqual(places.toSorted((x, y) => x - y));
        for (const place of places) expect(place > 0 && place < 240).toBe(true);
      }),
    );
  });

  test('has a zone on each side of a limit, or between its ends', () => {
    const axis = { linear: 1, low: -10, high: 10 };
    const never = { from: -Infinity, to: Infinity, inside: false };
    const zones = limitZones({ warning: within(1), critical: { from: -1, to: 1, inside: true } }, axis, 200);
    expect(zones.map(({ limit, from, to }) => [limit, Math.round(from), Math.round(to)])).toEqual([
      ['warning', 0, 91],
      ['warning', 109, 200],
      ['critical', 91, 109],
    ]);
    expect(limitZones({ warning: never, critical: never }, axis, 200)).toEqual([]);
  });
});
