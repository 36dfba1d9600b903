// The one table of commands. Help, completion, the command line and the documents are derived from it.

/** One command of the command line. */
export interface CommandRow {
  /** The words that may follow its name, as help shows them. */
  readonly words?: string;
  /** The name of the argument that holds these words. */
  readonly argument?: string;
  /** The allowed words, of which at most one may be given. */
  readonly choices?: readonly string[];
  /** Whether the command also works without any of these words. */
  readonly bare?: true;
  /** The choice after which a file must follow, and the name of the argument that holds the file. */
  readonly operand?: { readonly after: string; readonly argument: string };
  /** The description for help: one line, without a period. */
  readonly describe: string;
  /** Whether TSNTP_* and /etc/tsntp.conf apply. */
  readonly settings: boolean;
  /** Described by -h, which only names the others. */
  readonly common?: true;
}

/** Every command, by its name. */
export const COMMANDS = {
  sync: {
    words: '[server..]',
    argument: 'server',
    describe: "measure, and set this machine's clock once",
    settings: true,
    common: true,
  },
  query: {
    words: '[server..]',
    argument: 'server',
    describe: 'measure and report; never touch the clock',
    settings: true,
    common: true,
  },
  status: {
    describe: 'show this clock, and what sets it',
    settings: true,
    common: true,
  },
  rtc: {
    words: 'show|write|read|floor',
    argument: 'action',
    choices: ['show', 'write', 'read', 'floor'],
    describe: 'hardware clock; floor: the last known time',
    settings: true,
  },
  wait: {
    describe: 'wait until this clock is good, for scripts',
    settings: true,
  },
  drift: {
    words: '[show|reset|import FILE|export]',
    argument: 'action',
    choices: ['show', 'reset', 'import', 'export'],
    bare: true,
    operand: { after: 'import', argument: 'driftFile' },
    describe: "this clock's rate: show, reset, import, export",
    settings: true,
  },
  check: {
    words: '[host..]',
    argument: 'host',
    describe: 'check many clocks: which of them is wrong',
    settings: true,
    common: true,
  },
  schedule: {
    words: '[-- argument..]',
    argument: 'syncArguments',
    describe: 'run sync regularly: show, install, remove',
    settings: false,
    common: true,
  },
  demo: {
    describe: 'try it: four local servers, one of them wrong',
    settings: false,
  },
  completion: {
    words: 'bash|zsh|fish',
    argument: 'shell',
    choices: ['bash', 'zsh', 'fish'],
    bare: true,
    describe: 'print a script for shell completion',
    settings: false,
  },
} as const;

/** The name of a command. */
export type Command = keyof typeof COMMANDS;

/** The rows of the table, by command. */
export const COMMAND_ROWS: Readonly<Record<Command, CommandRow>> = COMMANDS;

/** The names of all commands, in the table's order. */
export const COMMAND_NAMES: readonly Command[] = Object.keys(COMMANDS) as Command[];

/** The shells that `completion` supports. */
export type Shell = (typeof COMMANDS)['completion']['choices'][number];
