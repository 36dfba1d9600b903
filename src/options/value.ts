// One option's text → its value, checked here because yargs alone turns `-t abc` into NaN and goes on. All throw
// `UsageError` with the option, the value and what is allowed; undefined is an option that was not given.

import { UsageError } from '../cli/arguments/usage-error.ts';
import { escaped } from '../sources/server.ts';

/** What a number may be. */
interface Range {
  readonly min: number;
  readonly max: number;
  readonly whole?: true;
  /** `min` itself is not allowed. */
  readonly above?: true;
  /** What follows the range in the message. */
  readonly unit?: string;
}

/** The check of one option's number. */
export function number(name: string, range: Range): (value: unknown) => number | undefined {
  const { min, max, whole, above, unit = '' } = range;
  return (value: unknown): number | undefined => {
    if (value === undefined) return undefined;
    const one = single(name, value);
    const parsed = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(one.trim()) ? Number(one) : NaN;
    const fits =
      parsed <= max && (above ? parsed > min : parsed >= min) && (!whole || Number.isInteger(parsed));
    if (fits) return parsed;
    const kind = whole ? 'a whole number' : 'a number';
    const from = above ? `above ${min}, up to ${max}` : `from ${min} to ${max}`;
    throw new UsageError(`${name}: "${one}" is not allowed; give ${kind} ${from}${unit}`);
  };
}

/** The check of one option's text. */
export function text(name: string): (value: unknown) => string | undefined {
  return value => (value === undefined ? undefined : single(name, value));
}

/** The texts of an option that may be given several times. */
export function texts(value: unknown): readonly string[] | undefined {
  return value === undefined ? undefined : [value].flat().map(String);
}

/** The text of an option that may be given once. */
export function single(name: string, value: unknown): string {
  if (Array.isArray(value)) throw new UsageError(`${name}: given ${value.length} times; give it once`);
  return String(value);
}

const YES = ['1', 'true', 'yes', 'on'];
const NO = ['0', 'false', 'no', 'off'];

/** What a switch says that is given with a value. */
export function yesOrNo(name: string, value: string): boolean {
  const word = value.toLowerCase();
  if (YES.includes(word)) return true;
  if (NO.includes(word)) return false;
  throw new UsageError(`${name}: "${escaped(value)}" is not allowed; give 1 or 0`);
}
