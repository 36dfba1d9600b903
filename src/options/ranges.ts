// The library's options → the same, checked against the table: undefined is not given, and every value is in its range.

import { inspect } from 'node:util';
import type { SyncOptions } from '../sync.ts';
import { given, type Optional } from './given.ts';
import { OPTION_ROWS, type OptionName } from './option-names.ts';
import { OPTIONS } from './option-table.ts';
import { allowedNumbers, allowedText, allowsNumber, readValue } from './value.ts';

/**
 * Throws `RangeError` for the first option that there is not, or that is out of its range: with its name, its value and what
 * is allowed. An option that is passed over may be a limit that is lost.
 */
export function checkRanges(options: Optional<SyncOptions>): void {
  for (const [name, value] of Object.entries(given(options))) {
    if (!Object.hasOwn(RANGES, name)) {
      throw new RangeError(
        `${name}: there is no such option; the options are ${Object.keys(RANGES).join(', ')}`,
      );
    }
    const range = RANGES[name as keyof typeof RANGES];
    if (range.has(value)) continue;
    throw new RangeError(`${name}: ${shown(value)} is not allowed; give ${range.text}`);
  }
}

/** Values of an option, and how a message calls them. */
interface Allowed {
  has(value: unknown): boolean;
  readonly text: string;
}

/** What the table allows; but waiting may last for ever. Lists are the command's alone. */
const RANGES: Readonly<Record<Exclude<keyof SyncOptions, 'servers' | 'limitsFrom'>, Allowed>> = {
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
  keys: { has: value => value instanceof Map, text: 'a Map of symmetric keys by their numbers' },
  estimator: oneOf('paired-minima', 'least-delay'),
};

/** What a row of the table allows, of values that are no longer text. */
function row(name: OptionName): Allowed {
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
function endless(name: 'timeout' | 'deadline'): Allowed {
  const value = { ...OPTIONS[name].value, max: Infinity };
  return {
    has: given => typeof given === 'number' && allowsNumber(value, given),
    text: allowedNumbers(value),
  };
}

function oneOf(...allowed: readonly unknown[]): Allowed {
  return { has: value => allowed.includes(value), text: allowed.map(shown).join(' or ') };
}

/** A value as a message has it, whatever it is. */
function shown(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Infinity });
}
