// TSNTP_* → what yargs takes as configuration, which a flag overrides. Not by yargs' own `env`: that reads
// TSNTP_QUERY=1 as "no", and the clock would be set; and it stumbles over variables that another command takes.

import type { Options as YargsOption } from 'yargs';
import { yesOrNo } from '../../options/value.ts';
import { escaped } from '../../sources/server.ts';
import { closest, editsOfOption } from '../../sources/spelling.ts';
import { UsageError } from './usage-error.ts';

/** A command's options as yargs takes them, by name. */
export type YargsOptions = Readonly<Record<string, YargsOption>>;

const PREFIX = 'TSNTP_';

/** What Kubernetes puts into every pod for a service named tsntp, or tsntp-anything. */
const KUBERNETES =
  /^TSNTP_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/** The variables that are some command's options. */
export interface Variables {
  /** Each under the name that its option has. */
  readonly env: NodeJS.ProcessEnv;
  readonly warnings: readonly string[];
}

/**
 * Sorts the environment by the options of `all` commands. One that differs by its underscores alone is read, with a
 * warning; one that is misspelled throws `UsageError`, for the limit that it may set would be lost; others are a warning.
 */
export function readVariables(env: NodeJS.ProcessEnv, all: YargsOptions): Variables {
  const known = new Map(Object.keys(all).map(name => [variableOf(name), name]));
  const own: Record<string, string | undefined> = {};
  const strangers: string[] = [];
  const warnings: string[] = [];
  for (const [name, text] of Object.entries(env).filter(([name]) => name.startsWith(PREFIX))) {
    const written = variableOf(name.slice(PREFIX.length));
    const meant = known.has(written) ? written : withoutItsUnderscores(written, known.keys());
    if (meant === undefined) {
      refuseMisspelled(name, written, known.keys());
      strangers.push(name);
    } else if (meant === written) own[meant] = text;
    else {
      own[meant] ??= text;
      warnings.push(`${escaped(name)} is read as ${meant}: write that`);
    }
  }
  return { env: own, warnings: [...warnings, ...strangersWarning(strangers)] };
}

function withoutItsUnderscores(name: string, known: Iterable<string>): string | undefined {
  const letters = (text: string) => text.replaceAll('_', '');
  return [...known].find(each => letters(each) === letters(name));
}

function refuseMisspelled(name: string, written: string, known: Iterable<string>): void {
  if (KUBERNETES.test(written)) return;
  // Of three letters, one more or less is as likely another program's.
  const most = (option: string) => (option.length < 4 ? 0 : editsOfOption(option));
  const meant = closest(written, known, each => most(each.slice(PREFIX.length)));
  if (meant !== undefined)
    throw new UsageError(
      `${escaped(name)}: no option has this name: did you mean ${meant}? Else give it another name`,
    );
}

function strangersWarning(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const makers = names.some(name => KUBERNETES.test(name))
    ? ' (Kubernetes makes such for a service of that name: enableServiceLinks: false)'
    : '';
  const listed = names.map(escaped).join(', ');
  return [`${listed}: no option has ${names.length === 1 ? 'this name' : 'these names'}; ignored${makers}`];
}

/** The values that the variables `env` have for a command's options; those of other commands are passed over. */
export function fromEnvironment(
  env: NodeJS.ProcessEnv,
  options: YargsOptions,
): Readonly<Record<string, string | number | boolean>> {
  const values: Record<string, string | number | boolean> = {};
  for (const [name, { type, coerce }] of Object.entries(options)) {
    const variable = variableOf(name);
    const text = env[variable];
    if (text === undefined || type === undefined) continue;
    values[name] = read(variable, text, type);
    if (coerce) namingVariable(variable, name, () => coerce(text));
  }
  return values;
}

/** What the check of an option says of a value names the variable that has it. */
function namingVariable(variable: string, option: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.message.replace(`--${option}`, variable));
  }
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
