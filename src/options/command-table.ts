// The commands, as help, completion and the documents have them.

/** One command of the command line. */
export interface CommandRow {
  /** What may follow its name besides options, as help writes it. */
  readonly words?: string;
  /** The argument that these words are. */
  readonly argument?: string;
  /** The only words that may stand there, and one of them at most. */
  readonly choices?: readonly string[];
  /** One line, without a period. */
  readonly describe: string;
  /** Whether TSNTP_* and /etc/tsntp.conf have a say. */
  readonly settings: boolean;
}

export const COMMANDS = {
  sync: {
    words: '[server..]',
    argument: 'server',
    describe: 'measure, and set this machine’s clock once',
    settings: true,
  },
  query: {
    words: '[server..]',
    argument: 'server',
    describe: 'measure and report; never touch the clock',
    settings: true,
  },
  status: {
    describe: 'what is known of this clock, and who sets it',
    settings: true,
  },
  rtc: {
    words: 'show|write|read',
    argument: 'action',
    choices: ['show', 'write', 'read'],
    describe: 'show, write or read the hardware clock',
    settings: true,
  },
  demo: {
    describe: 'four servers in here, one of them lying',
    settings: false,
  },
  completion: {
    words: 'bash|zsh|fish',
    argument: 'shell',
    choices: ['bash', 'zsh', 'fish'],
    describe: 'print a script for shell completion',
    settings: false,
  },
} as const;

export type Command = keyof typeof COMMANDS;

/** The rows of the table. */
export const COMMAND_ROWS: Readonly<Record<Command, CommandRow>> = COMMANDS;

/** The names of all commands, in the table's order. */
export const COMMAND_NAMES: readonly Command[] = Object.keys(COMMANDS) as Command[];

/** The shells that `completion` writes for. */
export type Shell = (typeof COMMANDS)['completion']['choices'][number];
