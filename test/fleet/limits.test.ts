import { describe, expect, test } from 'vitest';
import type { OffsetRange } from '../../src/fleet/fleet-outcome.ts';
import { limitsOf, standingOf, toleranceOf } from '../../src/fleet/limits.ts';

const size = (s: number): OffsetRange => ({ from: -s, to: s, inside: false });
const DEFAULTS = { warning: size(0.1), critical: size(1) };

describe('an interval', () => {
  test.each([
    [-0.05, 0.09, 'within'],
    [-0.1, 0.1, 'within'],
    [0.09, 0.11, 'across'],
    [-0.2, 0.2, 'across'],
    [0.11, 0.3, 'over'],
    [-7, -6, 'over'],
  ])('from %f to %f is %s of a limit of 0.1', (low, high, standing) => {
    expect(standingOf({ low, high }, size(0.1))).toBe(standing);
  });

  test.each([
    [1.2, 1.4, 'over'],
    [0, 0.5, 'within'],
    [0.9, 1.1, 'across'],
  ])('from %f to %f is %s of a range that forbids 1 to 2', (low, high, standing) => {
    expect(standingOf({ low, high }, { from: 1, to: 2, inside: true })).toBe(standing);
  });

  test('may be over one end only', () => {
    const range = { from: -Infinity, to: 0.5, inside: false };
    expect(standingOf({ low: -1e9, high: -1e8 }, range)).toBe('within');
    expect(standingOf({ low: 0.6, high: 0.7 }, range)).toBe('over');
  });
});

describe('limits', () => {
  test('have defaults', () => {
    expect(limitsOf({}, DEFAULTS)).toEqual({ warning: size(0.1), critical: size(1) });
  });

  test('that are given replace a default that contradicts them', () => {
    expect(limitsOf({ critical: size(0.05) }, DEFAULTS)).toEqual({
      warning: size(0.05),
      critical: size(0.05),
    });
    expect(limitsOf({ warning: size(60) }, DEFAULTS)).toEqual({ warning: size(60), critical: size(60) });
    expect(limitsOf({ warning: size(0.5) }, DEFAULTS).critical).toEqual(size(1));
  });

  test('tolerate their nearest end', () => {
    expect(toleranceOf({ warning: { from: -0.3, to: 0.2, inside: false }, critical: size(1) })).toBe(0.2);
    const free = { from: -Infinity, to: Infinity, inside: false };
    expect(toleranceOf({ warning: free, critical: free })).toBe(0);
  });
});
