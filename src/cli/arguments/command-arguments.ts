// A command's row in the command table → the type of its arguments: its options and its words.

import type { COMMANDS, Command } from '../../options/command-table.ts';
import type { Arguments } from '../../options/parsed.ts';

type Rows = typeof COMMANDS;

/** The words of a command under the name of its argument: one of its choices, or any number of words. */
type Words<Row> = Row extends { readonly argument: infer Name extends string }
  ? Row extends { readonly choices: readonly (infer Choice)[] }
    ? { readonly [K in Name]?: Choice | undefined }
    : { readonly [K in Name]?: readonly string[] | undefined }
  : unknown;

/** The word after one of its choices. */
type Operand<Row> = Row extends { readonly operand: { readonly argument: infer Name extends string } }
  ? { readonly [K in Name]?: string | undefined }
  : unknown;

/** The validated arguments of a command. */
export type CommandArguments<C extends Command> = Arguments<C> &
  Words<Rows[C]> &
  Operand<Rows[C]> & {
    /** The origin of `maxOffset`, for messages: a flag, a variable, or a line of /etc/tsntp.conf. */
    readonly maxOffsetFrom?: string | undefined;
  };
