// The tables of options and commands → what the completion scripts of all shells complete.

import { COMMAND_NAMES, COMMAND_ROWS, type Command } from '../../../options/command-table.ts';
import { flagOf, OPTION_NAMES, OPTION_ROWS, type OptionName } from '../../../options/option-names.ts';

/** What follows a flag: nothing, a value that cannot be completed, a file, a directory, or one of several words. */
export type Following = 'nothing' | 'anything' | 'file' | 'directory' | readonly string[];

/** One option for a completion script. */
export interface Flag {
  /** The long flag without dashes. */
  readonly long: string;
  /** The one-letter flag without its dash. */
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
  return flags.filter(({ commands }) => commands.includes(command));
}

/** The flags, with dashes, that a matching value follows. */
export function flagsBefore(matches: (follows: Following) => boolean): readonly string[] {
  return [...new Set(flags.filter(({ follows }) => matches(follows)).flatMap(withDashes))];
}

/** `-q` and `--query`. */
export function withDashes({ letter, long }: Flag): readonly string[] {
  return [...(letter === undefined ? [] : [`-${letter}`]), `--${long}`];
}

/** The commands that take one of several words, with these words. */
export function commandsWithChoices(): readonly (readonly [Command, readonly string[]])[] {
  return COMMAND_NAMES.flatMap(name => {
    const { choices } = COMMAND_ROWS[name];
    return choices === undefined ? [] : [[name, choices] as const];
  });
}

/** The commands in which a file follows one of the words, with that word. */
export function commandsWithFiles(): readonly (readonly [Command, string])[] {
  return COMMAND_NAMES.flatMap(name => {
    const { operand } = COMMAND_ROWS[name];
    return operand === undefined ? [] : [[name, operand.after] as const];
  });
}

/** A text in single quotes, for any shell. */
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
      ? 'directory'
      : 'anything';
}
