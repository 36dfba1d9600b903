// What a row of the table of options holds, and the headings under which help has the rows.

import type { Command } from './command-table.ts';
import type { Value } from './value.ts';

/** One option of the command line. */
export interface OptionRow {
  /** The flag of one letter. */
  readonly letter?: string;
  /** What values the option takes. */
  readonly value: Value;
  /** What stands for the value in help: `S` for seconds, `N` for a number, `FILE`, `DIR`, `HOST`. */
  readonly placeholder?: string;
  /** What holds where the option is not given. */
  readonly default?: number | string;
  readonly group: Group;
  /** One line, without a period. */
  readonly describe: string;
  readonly commands: readonly Command[];
  /** Another option that may not be given beside this one. */
  readonly conflicts?: string;
  /** Shown by -h. */
  readonly common?: true;
  /** Only a flag: there is no variable for it. */
  readonly flagOnly?: true;
  /** Only a variable, as far as help is concerned. */
  readonly hidden?: true;
  /** Why a line of /etc/tsntp.conf may not set it. */
  readonly notInFile?: string;
}

/** The headings of --help, in their order. */
export const GROUPS = {
  setting: 'Setting the clock',
  measuring: 'Measuring',
  authentication: 'Authentication',
  reporting: 'Reporting',
  general: 'Every command',
} as const;
export type Group = keyof typeof GROUPS;
