// The type of a row in the option table, and the headings that group the rows in --help.

import type { Command } from './command-table.ts';
import type { Value } from './value.ts';

/** One option of the command line. */
export interface OptionRow {
  /** The long flag without its dashes, if it differs from the name: another command has an option of that name. */
  readonly flag?: string;
  /** The one-letter flag, without its dash. */
  readonly letter?: string;
  /** The values that the option takes. */
  readonly value: Value;
  /** The placeholder of the value in help: `S` for seconds, `N` for a number, `FILE`, `DIR`, `HOST`. */
  readonly placeholder?: string;
  /** The value if the option is not given. */
  readonly default?: number | string;
  readonly group: Group;
  /** The description for help: one line, without a period. */
  readonly describe: string;
  readonly commands: readonly Command[];
  /** Another option that may not be given together with this one. */
  readonly conflicts?: string;
  /** Shown by -h. */
  readonly common?: true;
  /** There is only a flag, no variable. */
  readonly flagOnly?: true;
  /** It says what one call of a command does: there is no variable, and no line of /etc/tsntp.conf. */
  readonly actionOnly?: true;
  /** Not shown in help, because only the variable is documented. */
  readonly hidden?: true;
  /** Why a line of /etc/tsntp.conf may not set it. */
  readonly notInFile?: string;
}

/** The headings of --help, in order. */
export const GROUPS = {
  setting: 'Setting the clock',
  scheduling: 'Scheduling',
  measuring: 'Measuring',
  waiting: 'Waiting',
  checking: 'Checking other clocks',
  authentication: 'Authentication',
  reporting: 'Reporting',
  general: 'Every command',
} as const;
/** The key of a heading. */
export type Group = keyof typeof GROUPS;
