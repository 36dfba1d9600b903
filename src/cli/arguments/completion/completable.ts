// The table of options → what a shell completes, whichever shell it is.

import { COMMAND_NAMES, COMMAND_ROWS, type Command } from '../../../options/command-table.ts';
import {
  flagOf,
  OPTION_NAMES,
  OPTION_ROWS,
  type OptionName,
  optionsOf,
} from '../../../options/option-names.ts';

/** What follows a flag: nothing, a value that no shell knows, a file, a folder, or one of some words. */
export type Following = 'nothing' | 'anything' | 'file' | 'folder' | readonly string[];

/** One option as shells have it. */
export interface Flag {
  /** Without dashes. */
  readonly long: string;
  /** Without its dash. */
  readonly letter: string | undefined;
  readonly describe: string;
  readonly follows: Following;
  readonly commands: readonly Command[];
}

const flags: readonly Flag[] = OPTION_NAMES.filter(name => !OPTION_ROWS[name].hidden).map(name => ({
  long: flagOf(name),
  letter: OPTION_ROWS[name].letter,
  describe: OPTION_ROWS[name].describe,
  follows: followingOf(name),
  commands: OPTION_ROWS[name].commands,
}));

/** All options. */
export function allFlags(): readonly Flag[] {
  return flags;
}

/** The options of a command. */
export function flagsOf(command: Command): readonly Flag[] {
  const names = optionsOf(command).map(flagOf);
  return flags.filter(({ long }) => names.includes(long));
}

/** The flags after which the same follows, with their dashes. */
export function flagsBefore(matches: (follows: Following) => boolean): readonly string[] {
  return flags.filter(({ follows }) => matches(follows)).flatMap(withDashes);
}

/** `-q` and `--query`. */
export function withDashes({ letter, long }: Flag): readonly string[] {
  return [...(letter === undefined ? [] : [`-${letter}`]), `--${long}`];
}

/** The commands that need one of some words, with these. */
export function commandsWithChoices(): readonly (readonly [Command, readonly string[]])[] {
  return COMMAND_NAMES.flatMap(name => {
    const { choices } = COMMAND_ROWS[name];
    return choices === undefined ? [] : [[name, choices] as const];
  });
}

/** A text between single quotes, as every shell reads it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function followingOf(name: OptionName): Following {
  const { value, placeholder } = OPTION_ROWS[name];
  if (value.kind === 'switch' || value.kind === 'count') return 'nothing';
  if (value.kind === 'choice') return value.of;
  if (value.kind === 'duration' && value.or !== undefined) return [value.or];
  return placeholder === 'FILE' || placeholder === 'DEV'
    ? 'file'
    : placeholder === 'DIR'
      ? 'folder'
      : 'anything';
}
