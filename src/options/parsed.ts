// The rows of the option table → the types of a command's validated arguments.

import type { Command } from './command-table.ts';
import type { OptionName } from './option-names.ts';
import type { OPTIONS } from './option-table.ts';
import type { ValueOf } from './value.ts';

type Rows = typeof OPTIONS;
type TakenBy<C extends Command> = {
  [K in OptionName]: Rows[K] extends { readonly flagOnly: true } | { readonly conflicts: 'format' }
    ? never
    : C extends Rows[K]['commands'][number]
      ? K
      : never;
}[OptionName];

type Counted<C extends Command> = {
  [K in TakenBy<C>]: Rows[K]['value'] extends { readonly kind: 'count' } ? K : never;
}[TakenBy<C>];

/** The validated arguments of a command. An option that is not given is undefined; a count is then 0. --json sets `format`. */
export type Arguments<C extends Command> = {
  readonly [K in Exclude<TakenBy<C>, Counted<C>>]?: ValueOf<Rows[K]['value']> | undefined;
} & { readonly [K in Counted<C>]: number };

/** The format of a report. */
export type Format = ValueOf<Rows['format']['value']>;

/** The format of a check's report. */
export type CheckFormat = ValueOf<Rows['checkFormat']['value']>;
