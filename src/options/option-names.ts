// The name of an option → its row, its flag and its variable; a command → its options.

import type { Command } from './command-table.ts';
import type { OptionRow } from './option-row.ts';
import { OPTIONS } from './option-table.ts';

/** The name of an option: `maxOffset`. */
export type OptionName = keyof typeof OPTIONS;

/** The rows of the table, by option. */
export const OPTION_ROWS: Readonly<Record<OptionName, OptionRow>> = OPTIONS;

/** The names of all options, in the table's order. */
export const OPTION_NAMES: readonly OptionName[] = Object.keys(OPTIONS) as OptionName[];

/** The options that a command takes, in the table's order. */
export function optionsOf(command: Command): readonly OptionName[] {
  return OPTION_NAMES.filter(name => OPTION_ROWS[name].commands.includes(command));
}

/** The long flag of an option without its dashes: `max-offset`. Two options of different commands may share one. */
export function flagOf(name: OptionName): string {
  return OPTION_ROWS[name].flag ?? keywordOf(name);
}

/** The name of an option in /etc/tsntp.conf: `max-offset`. */
export function keywordOf(name: OptionName): string {
  return name.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`);
}

/** The environment variable that sets an option: `TSNTP_MAX_OFFSET`. */
export function variableOf(name: OptionName): string {
  return `TSNTP_${keywordOf(name).toUpperCase().replaceAll('-', '_')}`;
}
