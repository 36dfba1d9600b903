// TSNTP_* → what yargs takes as configuration, which a flag overrides. Not by yargs' own `env`: that reads
// TSNTP_QUERY=1 as "no", and the clock would be set; and it stumbles over variables that another command takes.

import type { Options as YargsOption } from 'yargs';
import { escaped } from '../net/server.ts';
import { UsageError } from './usage-error.ts';

/** A command's options as yargs takes them, by name. */
export type YargsOptions = Readonly<Record<string, YargsOption>>;

const PREFIX = 'TSNTP_';
const YES = ['1', 'true', 'yes', 'on'];
const NO = ['0', 'false', 'no', 'off', ''];

/**
 * The values that `env` has for `options`; those of another command's options, in `all`, are passed over.
 * Throws `UsageError` for a variable that is nobody's, and for a switch that says neither yes nor no.
 */
export function fromEnvironment(
  env: NodeJS.ProcessEnv,
  options: YargsOptions,
  all: YargsOptions,
): Readonly<Record<string, string | number | boolean>> {
  const variables = Object.entries(env).filter(([name]) => name.startsWith(PREFIX));
  const values: Record<string, string | number | boolean> = {};
  for (const [name, text = ''] of variables) {
    const option = name.slice(PREFIX.length).toLowerCase().replaceAll('_', '-');
    const type = options[option]?.type;
    if (type !== undefined) values[option] = read(name, text, type);
    else if (all[option] === undefined)
      throw new UsageError(`${name}: there is no option --${escaped(option)}`);
  }
  return values;
}

function read(name: string, text: string, type: YargsOptions[string]['type']): string | number | boolean {
  if (type === 'count' && /^\d$/.test(text)) return Number(text);
  if (type !== 'boolean' && type !== 'count') return text;
  const word = text.toLowerCase();
  if (YES.includes(word)) return true;
  if (NO.includes(word)) return false;
  throw new UsageError(`${name}: "${escaped(text)}" is not allowed; give 1 or 0`);
}
