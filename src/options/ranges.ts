// The library's options → the same, checked: undefined is not given, and every value is in its range.

import { inspect } from 'node:util';
import { familyOf } from '../sources/server.ts';
import type { SyncOptions } from '../sync.ts';
import { given } from './given.ts';

/** Values of an option, and how a message calls them. */
export interface Range {
  has(value: unknown): boolean;
  readonly text: string;
}

export type Ranges = Readonly<Record<string, Range>>;

/**
 * Throws `RangeError` for the first option that there is not, or that is out of its range: with its name, its value and what
 * is allowed. An option that is passed over may be a limit that is lost. `others` are allowed besides those of a run.
 */
export function checkRanges(options: object, others: Ranges = {}): void {
  checkValues(options, { ...RANGES, ...others }, 'option');
}

/** The same for any object; `noun` is what its properties are called, `prefix` what stands before their names. */
export function checkValues(values: object, ranges: Ranges, noun: string, prefix = ''): void {
  for (const [name, value] of Object.entries(given(values))) {
    if (!Object.hasOwn(ranges, name)) {
      const all = Object.keys(ranges).join(', ');
      throw new RangeError(`${prefix}${name}: there is no such ${noun}; the ${noun}s are ${all}`);
    }
    checkValue(`${prefix}${name}`, value, ranges[name]!);
  }
}

/** Throws `RangeError` for a value that is out of its range. */
export function checkValue(name: string, value: unknown, range: Range): void {
  if (!range.has(value)) throw new RangeError(`${name}: ${shown(value)} is not allowed; give ${range.text}`);
}

/** What the command allows for its options of these names; but waiting may last for ever. Lists are the command's alone. */
const RANGES: Readonly<
  Record<Exclude<keyof SyncOptions, 'servers' | 'limitsFrom' | 'estimator' | 'keys'>, Range>
> = {
  samples: aNumber(1, 16, { whole: true }),
  timeout: aNumber(0, Infinity, { above: true, unit: ' (seconds)' }),
  deadline: aNumber(0, Infinity, { above: true, unit: ' (seconds)' }),
  interval: or('auto', aNumber(0, 3600, { unit: ' (seconds)' })),
  minServers: aNumber(1, 10_000, { whole: true }),
  maxDistance: aNumber(0, 16, { above: true, unit: ' (seconds)' }),
  version: aNumber(1, 4, { whole: true }),
  family: oneOf(4, 6),
  source: { has: value => typeof value === 'string' && familyOf(value) !== undefined, text: 'an IP address' },
  method: oneOf('by-threshold', 'step', 'slew'),
  stepThreshold: aNumber(0, 1e9, { unit: ' (seconds)' }),
  maxOffset: aNumber(0, 1e10, { unit: ' (seconds)' }),
  allowAnyOffset: oneOf(true, false),
  force: oneOf(true, false),
  wait: oneOf(true, false),
  rtc: oneOf(true, false),
};

interface NumberRules {
  readonly whole?: true;
  /** `min` itself is not allowed. */
  readonly above?: true;
  readonly unit?: string;
}

export function aNumber(min: number, max: number, { whole, above, unit = '' }: NumberRules): Range {
  const fits = (value: number) => value <= max && (above ? value > min : value >= min);
  return {
    has: value => typeof value === 'number' && fits(value) && (!whole || Number.isInteger(value)),
    text: `${whole ? 'a whole number' : 'a number'} ${above ? `above ${min}, up to ${max}` : `from ${min} to ${max}`}${unit}`,
  };
}

export function oneOf(...allowed: readonly unknown[]): Range {
  return { has: value => allowed.includes(value), text: allowed.map(shown).join(' or ') };
}

function or(word: string, range: Range): Range {
  return { has: value => value === word || range.has(value), text: `${range.text}, or ${shown(word)}` };
}

/** A value as a message has it, whatever it is. */
function shown(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity });
}
