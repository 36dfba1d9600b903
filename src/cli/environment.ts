// TSNTP_* → what yargs takes as configuration, which a flag overrides. Not by yargs' own `env`: that reads
// TSNTP_QUERY=1 as "no", and the clock would be set; and it stumbles over variables that another command takes.

import type { Options as YargsOption } from 'yargs';
import { escaped } from '../net/server.ts';
import { UsageError } from './usage-error.ts';
import { yesOrNo } from './values.ts';

/** A command's options as yargs takes them, by name. */
export type YargsOptions = Readonly<Record<string, YargsOption>>;

const PREFIX = 'TSNTP_';

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

/**
 * The environment without what it says against itself or a flag: of two options that exclude each other, what says no,
 * and what does not agree with one of the `given`.
 */
export function withoutOverruled(
  env: NodeJS.ProcessEnv,
  given: ReadonlySet<string>,
  options: YargsOptions,
): NodeJS.ProcessEnv {
  const pairs = Object.entries(options).flatMap(([name, { conflicts = [] }]) =>
    [conflicts].flat().flatMap(other => [[name, String(other)] as const, [String(other), name] as const]),
  );
  const overruled = pairs.filter(
    ([name, other]) => given.has(other) || (options[name]?.type === 'boolean' && saysNo(env, name)),
  );
  const variables = new Set(overruled.map(([name]) => variableOf(name)));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !variables.has(name)));
}

function variableOf(option: string): string {
  return PREFIX + option.toUpperCase().replaceAll('-', '_');
}

function saysNo(env: NodeJS.ProcessEnv, option: string): boolean {
  const text = env[variableOf(option)];
  return text !== undefined && read(variableOf(option), text, 'boolean') === false;
}

function read(name: string, text: string, type: YargsOptions[string]['type']): string | number | boolean {
  if (type === 'count' && /^\d$/.test(text)) return Number(text);
  if (type !== 'boolean' && type !== 'count') return text;
  return text !== '' && yesOrNo(name, text);
}
