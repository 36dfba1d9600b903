// argv as people write it → what it says: command, options, words. By the rules of getopt, as ntpdate has them, and
// before yargs sees it: that takes -p4 for -p -4, --query=1 for "no", and its own names (--server, --action) for options.

import { yesOrNo } from '../../options/value.ts';
import { escaped } from '../../sources/server.ts';
import { closest, editsOfOption } from '../../sources/spelling.ts';
import { COMMANDS, type Command, isCommand } from './command-words.ts';
import type { YargsOptions } from './environment.ts';
import { UsageError } from './usage-error.ts';

/** One option with its value: that of a switch is true or false, of a count true. */
export interface Given {
  readonly name: string;
  readonly value: string | boolean;
}

/** What a command line says. */
export interface CommandLine {
  /** Undefined where none is named. */
  readonly command: Command | undefined;
  readonly options: readonly Given[];
  /** What is no option: servers, or the action of `rtc`. */
  readonly words: readonly string[];
}

/** Reads a command line in which `options` are known. Throws `UsageError` for what it cannot mean. */
export function readArgv(argv: readonly string[], options: YargsOptions): CommandLine {
  const [first, ...others] = argv;
  if (first === 'help' || first === 'version') return readArgv([`--${first}`, ...others], options);
  const command = isCommand(first) ? first : undefined;
  const table = tableOf(options);
  const rest = command === undefined ? [...argv] : others;
  const given: Given[] = [];
  const words: string[] = [];
  while (rest.length > 0) {
    const word = rest.shift()!;
    if (word === '--') words.push(...rest.splice(0));
    else if (!/^-./su.test(word)) words.push(word);
    else given.push(...(word.startsWith('--') ? long(word, rest, table) : cluster(word, rest, table)));
  }
  return { command, options: given, words };
}

/** A command line for yargs, which leaves it nothing to guess. */
export function canonicalArgv({ command, options, words }: CommandLine): readonly string[] {
  const flags = options.map(({ name, value }) => `--${name}${value === true ? '' : `=${value}`}`);
  const named = command === 'rtc' ? words : ['--', ...words];
  return [...(command === undefined ? [] : [command]), ...flags, ...(words.length > 0 ? named : [])];
}

interface Known {
  readonly name: string;
  readonly type: YargsOptions[string]['type'];
}

/** Options by their names and letters. */
type Table = ReadonlyMap<string, Known>;

function tableOf(options: YargsOptions): Table {
  return new Map(
    Object.entries(options).flatMap(([name, { alias = [], type }]) =>
      [name, ...[alias].flat()].map(word => [word, { name, type }] as const),
    ),
  );
}

/** `--name`, `--name=value`, `--name value`, `--no-name`. */
function long(word: string, rest: string[], table: Table): readonly Given[] {
  const [, written = '', value] = /^--([^=]*)(?:=(.*))?$/su.exec(word) ?? [];
  const known = table.get(written.length === 1 ? '' : dashed(written));
  if (known !== undefined) return [valued(`--${written}`, known, value, rest, table)];
  const denied = table.get(/^no-(.{2,})$/u.exec(dashed(written))?.[1] ?? '');
  if (denied === undefined) throw unknownOption(`--${written}`, '', table);
  if (denied.type !== 'boolean' || isGeneral(denied))
    throw new UsageError(`--${denied.name} cannot be negated: leave out --${written}`);
  if (value !== undefined) throw new UsageError(`--${written} takes no value`);
  return [{ name: denied.name, value: false }];
}

/** `-q`, `-qup4`, `-t1.5`, `-t=1.5`, `-vq=1`: what follows a letter that takes a value is that. */
function cluster(word: string, rest: string[], table: Table): readonly Given[] {
  const whole = table.get(dashed(word.slice(1)));
  if (whole !== undefined && word.length > 2)
    throw new UsageError(`${escaped(word)}: did you mean --${whole.name}? One dash is for letters`);
  const given: Given[] = [];
  const letters = [...word.slice(1)];
  while (letters.length > 0) {
    const letter = letters.shift()!;
    const known = letter.length > 1 ? undefined : table.get(letter);
    if (known === undefined) throw unknownOption(`-${letter}`, word, table);
    const takes = known.type === 'string' || letters[0] === '=';
    const value = takes && letters.length > 0 ? letters.splice(0).join('').replace(/^=/, '') : undefined;
    given.push(valued(`-${letter}`, known, value, rest, table));
  }
  return given;
}

/** An option with the value that is attached to it, or with the next word of the `rest`, which it then takes. */
function valued(
  written: string,
  known: Known,
  attached: string | undefined,
  rest: string[],
  table: Table,
): Given {
  const { name, type } = known;
  switch (type) {
    case 'boolean':
      return { name, value: attached === undefined ? true : yesOrNo(written, attached) };
    case 'count':
      if (attached === undefined) return { name, value: true };
      throw new UsageError(`${written} takes no value; give it twice to be told more`);
    default:
      return { name, value: attached ?? nextValue(written, name, rest, table) };
  }
}

/** An option in its place is none: the option that it would else hide may be -q. */
function nextValue(written: string, name: string, rest: string[], table: Table): string {
  const value = rest.shift();
  if (value === undefined) throw new UsageError(`${written} needs a value; see tsntp --help`);
  if (value === '--' || isOption(value, table))
    throw new UsageError(
      `${written} needs a value, and "${escaped(value)}" is an option; write --${name}=${escaped(value)} if it is meant`,
    );
  return value;
}

function isOption(word: string, table: Table): boolean {
  const [, name] = /^--([^=]+)/u.exec(word) ?? [];
  if (name !== undefined) return table.has(dashed(name)) || table.has(dashed(name).replace(/^no-/, ''));
  const [, letter = ''] = /^-([^-])/u.exec(word) ?? [];
  return table.has(letter);
}

/** `dryRun` is `dry-run`, too. */
function dashed(name: string): string {
  return name.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`);
}

function isGeneral({ name }: Known): boolean {
  return name === 'help' || name === 'version';
}

function unknownOption(written: string, within: string, table: Table): UsageError {
  const shown = escaped(written);
  if (written === '--server')
    return new UsageError(`unknown option ${shown}; name servers without one, as in "tsntp pool.ntp.org"`);
  const where = within === '' || within === written ? '' : ` in ${escaped(within)}`;
  const meant = suggestion(written, table);
  const advice = meant === undefined ? '; see tsntp --help' : `: did you mean --${meant}?`;
  return new UsageError(`unknown option ${shown}${where}${advice}`);
}

/** A mistyped name, one without its dashes, or the beginning of one. */
function suggestion(written: string, table: Table): string | undefined {
  if (!written.startsWith('--')) return undefined;
  const name = dashed(written.slice(2)).toLowerCase();
  const names = [...table.keys()].filter(each => each.length > 1 && each !== 'servers');
  const begun = name.length < 3 ? [] : names.filter(each => each.startsWith(name));
  return closest(name, names, editsOfOption) ?? (begun.length === 1 ? begun[0] : undefined);
}

/** Refuses options that are another command's. Throws `UsageError`. */
export function refuseForeignOptions(
  command: Command,
  given: readonly Given[],
  optionsOf: (command: Command) => YargsOptions,
): void {
  for (const { name } of given) {
    if (name === 'help' || name === 'version' || Object.hasOwn(optionsOf(command), name)) continue;
    const takers = COMMANDS.filter(each => Object.hasOwn(optionsOf(each), name));
    throw new UsageError(
      `unknown option --${name}: ${command} does not take it, but ${takers.join(' and ')}; see tsntp ${command} --help`,
    );
  }
}
