// What a command is given: the options of its rows in the table, and its words.

import type { COMMANDS, Command } from '../../options/command-table.ts';
import type { Arguments } from '../../options/parsed.ts';

type Rows = typeof COMMANDS;

/** The words of a command, under the name of its argument: one of some, or all of them. */
type Words<Row> = Row extends { readonly argument: infer Name extends string }
  ? Row extends { readonly choices: readonly (infer Choice)[] }
    ? { readonly [K in Name]?: Choice | undefined }
    : { readonly [K in Name]?: readonly string[] | undefined }
  : unknown;

/** The checked arguments of a command. */
export type CommandArguments<C extends Command> = Arguments<C> & Words<Rows[C]>;
