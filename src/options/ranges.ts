// The library's options → the same, checked against the table: undefined is not given, and every value is in its range.

import { inspect } from 'node:util';
import type { SyncOptions } from '../sync.ts';
import { given } from './given.ts';
import { OPTION_ROWS, type OptionName } from './option-names.ts';
import { OPTIONS } from './option-table.ts';
import { allowedNumbers, allowedText, allowsNumber, readValue } from './value.ts';

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

/** The same for any object; `noun` is what its properties are called, `prefix` what stands before their names. Inherited ones count as mistakes: nothing reads them. */
export function checkValues(values: object, ranges: Ranges, noun: string, prefix = ''): void {
  const inherited = Object.keys(ranges).find(name => name in values && !Object.hasOwn(values, name));
  if (inherited !== undefined)
    throw new RangeError(`${prefix}${inherited}: an inherited ${noun} is not read; give the object its own`);
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

/** What the table allows; but waiting may last for ever. Lists are the command's alone. */
const RANGES: Readonly<
  Record<Exclude<keyof SyncOptions, 'servers' | 'limitsFrom' | 'estimator' | 'keys'>, Range>
> = {
  samples: row('samples'),
  timeout: endless('timeout'),
  deadline: endless('deadline'),
  interval: row('interval'),
  minServers: row('minServers'),
  maxDistance: row('maxDistance'),
  version: row('ntpVersion'),
  family: oneOf(4, 6),
  source: row('source'),
  method: oneOf('by-threshold', 'step', 'slew'),
  stepThreshold: row('stepThreshold'),
  maxOffset: row('maxOffset'),
  allowAnyOffset: row('allowAnyOffset'),
  force: row('force'),
  wait: row('wait'),
  rtc: row('rtc'),
};

/** What a row of the table allows, of values that are no longer text. */
export function row(name: OptionName): Range {
  const { value } = OPTION_ROWS[name];
  switch (value.kind) {
    case 'switch':
      return oneOf(true, false);
    case 'whole':
    case 'duration': {
      const word = value.kind === 'duration' ? value.or : undefined;
      return {
        has: given =>
          typeof given === 'number' ? allowsNumber(value, given) : given !== undefined && given === word,
        text: `${allowedNumbers(value)}${word === undefined ? '' : `, or ${shown(word)}`}`,
      };
    }
    default:
      return {
        has: given => typeof given === 'string' && readValue(value, given) !== undefined,
        text: allowedText(value),
      };
  }
}

/** The same without an end. */
function endless(name: 'timeout' | 'deadline'): Range {
  const value = { ...OPTIONS[name].value, max: Infinity };
  return {
    has: given => typeof given === 'number' && allowsNumber(value, given),
    text: allowedNumbers(value),
  };
}

/** Whole numbers from `min` to `max`. */
export function wholeNumber(min: number, max: number): Range {
  const value = { kind: 'whole', min, max } as const;
  return {
    has: given => typeof given === 'number' && allowsNumber(value, given),
    text: allowedNumbers(value),
  };
}

/** These values. */
export function oneOf(...allowed: readonly unknown[]): Range {
  return { has: value => allowed.includes(value), text: allowed.map(shown).join(' or ') };
}

/** A value as a message has it, whatever it is. */
function shown(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity });
}
