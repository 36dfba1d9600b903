// argv as people write it → argv that yargs takes as it is meant.

import type { YargsOptions } from './environment.ts';
import { UsageError } from './usage-error.ts';
import { yesOrNo } from './values.ts';

/** Spells out `-p4` and `--query=1`, up to `--`. Throws `UsageError` for a switch that says neither yes nor no. */
export function spellOut(argv: readonly string[], options: YargsOptions): readonly string[] {
  const end = endOfOptions(argv);
  const types = typesOf(options);
  return [...argv.slice(0, end).flatMap(word => apart(asSwitch(word, types))), ...argv.slice(end)];
}

/** The names of the options that are given in what is spelt out, up to `--`. */
export function optionsGiven(argv: readonly string[], options: YargsOptions): ReadonlySet<string> {
  const types = typesOf(options);
  const said = new Set(argv.slice(0, endOfOptions(argv)).flatMap(word => optionsIn(word, types)));
  const names = Object.entries(options).filter(([name, { alias = [] }]) =>
    [name, ...[alias].flat()].some(word => said.has(word)),
  );
  return new Set(names.map(([name]) => name));
}

function endOfOptions(argv: readonly string[]): number {
  const end = argv.indexOf('--');
  return end < 0 ? argv.length : end;
}

/** `-p4` → `-p 4`: yargs takes the digit for the flag -4, and the p for one without a value. */
function apart(word: string): readonly string[] {
  const [, option, value] = /^(-[ptofakI])([46].*)$/.exec(word) ?? [];
  return option !== undefined && value !== undefined ? [option, value] : [word];
}

/** `--query=1`, `-vq=yes` → `…=true`: yargs takes every word but "true" for no, and the clock would be set. */
function asSwitch(word: string, types: ReadonlyMap<string, string>): string {
  const [, before = '', option = '', said = ''] = /^(--|-\w*(?=\w=))([^=]+)=(.*)$/s.exec(word) ?? [];
  const name = option.length === 1 ? `-${option}` : `--${option}`;
  // yargs takes --dryRun, too.
  const known =
    option.length === 1 ? option : option.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`);
  switch (types.get(known)) {
    case 'boolean':
      return `${before}${option}=${yesOrNo(name, said)}`;
    case 'count':
      throw new UsageError(`${name} takes no value; give it twice to be told more`);
    default:
      return word;
  }
}

/** The name or the letters of one word; what follows a letter that takes a value is that. */
function optionsIn(word: string, types: ReadonlyMap<string, string>): readonly string[] {
  const [, name] = /^--([^=]+)/.exec(word) ?? [];
  if (name !== undefined) return [name];
  const letters = [...(/^-(\w+)/.exec(word)?.[1] ?? '')];
  const valued = letters.findIndex(letter => types.get(letter) === 'string');
  return valued < 0 ? letters : letters.slice(0, valued + 1);
}

/** By the options' names and letters. */
function typesOf(options: YargsOptions): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(options).flatMap(([name, { alias = [], type = '' }]) =>
      [name, ...[alias].flat()].map(word => [word, type] as const),
    ),
  );
}
