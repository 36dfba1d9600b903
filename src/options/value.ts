// A text and the values that an option takes → the option's value; also the words that describe the allowed values.

import { familyOf } from '../sources/server.ts';
import { parseDuration, parseNumber } from './duration.ts';
import { readOffsetRange } from './offset-range.ts';
import { MEANS, readViaOrder } from './via-order.ts';

/** The values that an option takes. Durations are in seconds; a limit that may be lifted also takes `none`, which is infinite. */
export type Value =
  | { readonly kind: 'switch' }
  | { readonly kind: 'count' }
  | ({ readonly kind: 'whole' } & NumberRange)
  | ({ readonly kind: 'duration'; readonly or?: string; readonly none?: true } & NumberRange)
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  | { readonly kind: 'address' }
  /** A limit of an offset: a duration or a range of a monitoring plugin. */
  | { readonly kind: 'limit' }
  /** Means to read a clock, in their order. */
  | { readonly kind: 'means' }
  | { readonly kind: 'text'; readonly repeated?: true };

/** The numbers from `min` to `max`. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** `min` itself is not allowed. */
  readonly above?: true;
}

/** The type of an option's value. */
export type ValueOf<V extends Value> = V extends { readonly kind: 'switch' }
  ? boolean
  : V extends { readonly kind: 'count' }
    ? number
    : V extends { readonly kind: 'whole' | 'duration' }
      ? number | (V extends { readonly or: infer Word } ? Word : never)
      : V extends { readonly kind: 'choice'; readonly of: readonly (infer Word)[] }
        ? Word
        : V extends { readonly repeated: true }
          ? readonly string[]
          : string;

/** Reads the text of an option's value; undefined if it is not allowed. */
export function readValue(value: Value, text: string): boolean | number | string | undefined {
  switch (value.kind) {
    case 'switch':
      return yesOrNo(text);
    case 'count':
      return /^\d$/.test(text) ? Number(text) : countOf(yesOrNo(text));
    case 'whole':
      return allowedNumber(value, parseNumber(text));
    case 'duration':
      if (value.none && text === 'none') return Infinity;
      return value.or === text ? text : allowedNumber(value, parseDuration(text));
    case 'choice':
      return value.of.find(each => each === text);
    case 'address':
      return familyOf(text) === undefined ? undefined : text;
    case 'limit':
      return readOffsetRange(text) && text;
    case 'means':
      return readViaOrder(text) && text;
    case 'text':
      return text;
    default:
      return value satisfies never;
  }
}

/** Whether an option allows a number. */
export function allowsNumber(
  value: Value & { readonly kind: 'whole' | 'duration' },
  number: number,
): boolean {
  const { min, max, above, kind } = value;
  return (
    number <= max && (above ? number > min : number >= min) && (kind !== 'whole' || Number.isInteger(number))
  );
}

/** The allowed texts of an option, for messages. */
export function allowedText(value: Value): string {
  switch (value.kind) {
    case 'switch':
      return '1 or 0';
    case 'count':
      return 'a digit';
    case 'duration': {
      const word = value.none ? 'none' : value.or;
      const or = word === undefined ? '' : `, or "${word}"`;
      return `${allowedNumbers(value)}${or}; also with a unit, as in 250ms, 2m, 1h`;
    }
    case 'whole':
      return allowedNumbers(value);
    case 'choice':
      return `one of ${value.of.join(', ')}`;
    case 'address':
      return "one of this machine's IP addresses";
    case 'limit':
      return 'a size of an offset such as 100ms, or a range: -0.1:0.5, ~:1, @1:2';
    case 'means':
      return `${MEANS.join(', ')}, or several of them separated by commas`;
    case 'text':
      return 'a text';
    default:
      return value satisfies never;
  }
}

/** The range of an option in short, for help and documents; undefined if it is practically unlimited. */
export function rangeText(value: Value): string | undefined {
  if (value.kind !== 'whole' && value.kind !== 'duration') return undefined;
  const { min, max, above } = value;
  if (max >= 1e9) return undefined;
  const range = above ? `up to ${max}` : `${min} to ${max}`;
  return value.kind === 'duration' ? `${range} s` : range;
}

/** The allowed numbers of an option, for messages. */
export function allowedNumbers({
  kind,
  min,
  max,
  above,
}: Value & { readonly kind: 'whole' | 'duration' }): string {
  const what = kind === 'whole' ? 'a whole number' : 'a number';
  const range = above ? `above ${min}, up to ${max}` : `from ${min} to ${max}`;
  return `${what} ${range}${kind === 'duration' ? ' (seconds)' : ''}`;
}

function allowedNumber(
  value: Value & { readonly kind: 'whole' | 'duration' },
  number: number | undefined,
): number | undefined {
  return number !== undefined && allowsNumber(value, number) ? number : undefined;
}

const YES = ['1', 'true', 'yes', 'on'];
const NO = ['0', 'false', 'no', 'off'];

function yesOrNo(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return YES.includes(word) ? true : NO.includes(word) ? false : undefined;
}

function countOf(answer: boolean | undefined): number | undefined {
  return answer === undefined ? undefined : Number(answer);
}
