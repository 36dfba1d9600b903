// The library's options → `RangeError` unless every value is in the range of the option table. `undefined` is not given.

import { inspect } from 'node:util';
import type { SyncOptions } from '../sync.ts';
import { given } from './given.ts';
import { OPTION_ROWS, type OptionName } from './option-names.ts';
import { OPTIONS } from './option-table.ts';
import { allowedNumbers, allowedText, allowsNumber, readValue } from './value.ts';

/** The allowed values of an option. */
export interface Range {
  /** Whether a value is allowed. */
  has(value: unknown): boolean;
  /** The allowed values in words, for messages. */
  readonly text: string;
}

/** The allowed values of options, by name. */
export type Ranges = Readonly<Record<string, Range>>;

/**
 * Throws `RangeError` for the first option that does not exist or is out of range, with its name, its value, and what is
 * allowed. An unknown option is an error because it may be a misspelled limit. `others` are allowed in addition.
 */
export function checkRanges(options: object, others: Ranges = {}): void {
  checkValues(options, { ...RANGES, ...others }, 'option');
}

/** Checks the properties of any object. In messages, `noun` describes a property and `prefix` precedes its name. An inherited property is a mistake: nothing reads it. */
export function checkValues(values: object, ranges: Ranges, noun: string, prefix = ''): void {
  const inherited = Object.keys(ranges).find(name => name in values && !Object.hasOwn(values, name));
  if (inherited !== undefined)
    throw new RangeError(`${prefix}${inherited}: an inherited ${noun} is not read; give the object its own`);
  for (const [name, value] of Object.entries(given(values))) {
    if (!Object.hasOwn(ranges, name)) {
      const all = Object.keys(ranges).join(', ');
      throw new RangeError(`${prefix}${name}: no such ${noun}; the ${noun}s are ${all}`);
    }
    checkValue(`${prefix}${name}`, value, ranges[name]!);
  }
}

/** Throws `RangeError` if a value is out of range. */
export function checkValue(name: string, value: unknown, range: Range): void {
  if (!range.has(value)) throw new RangeError(`${name}: ${shown(value)} is not allowed; give ${range.text}`);
}

/** The ranges of the table, except that timeouts may be infinite. */
const RANGES: Readonly<
  Record<Exclude<keyof SyncOptions, 'servers' | 'limitsFrom' | 'estimator' | 'keys' | 'every'>, Range>
> = {
  samples: row('samples'),
  timeout: timeouts(),
  deadline: deadlines(),
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
  drift: row('drift'),
  allowTick: row('allowTick'),
  forceFrequency: row('forceFrequency'),
};

/** The range of a row of the table, for values that are not text. */
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

/** Any positive time, including `Infinity`. */
function deadlines(): Range {
  const value = { ...OPTIONS.deadline.value, max: Infinity };
  return {
    has: given => typeof given === 'number' && allowsNumber(value, given),
    text: allowedNumbers(value),
  };
}

/** The range of the row, and `Infinity`. The limit reveals a timeout that was given in milliseconds. */
function timeouts(): Range {
  const { value } = OPTIONS.timeout;
  return {
    has: given => given === Infinity || (typeof given === 'number' && allowsNumber(value, given)),
    text: `${allowedNumbers(value)}, not milliseconds, or Infinity`,
  };
}

/** The range of whole numbers from `min` to `max`. */
export function wholeNumber(min: number, max: number): Range {
  const value = { kind: 'whole', min, max } as const;
  return {
    has: given => typeof given === 'number' && allowsNumber(value, given),
    text: allowedNumbers(value),
  };
}

/** A range of exactly these values. */
export function oneOf(...allowed: readonly unknown[]): Range {
  return { has: value => allowed.includes(value), text: allowed.map(shown).join(' or ') };
}

/** Any value as text for a message. */
function shown(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity });
}
