// The commands, as help, completion and the documents have them.

/** One command of the command line. */
export interface CommandRow {
  /** What may follow its name besides options, as help writes it. */
  readonly words?: string;
  /** The only words that may stand there. */
  readonly choices?: readonly string[];
  /** One line, without a period. */
  readonly describe: string;
  /** Whether TSNTP_* and /etc/tsntp.conf have a say. */
  readonly settings: boolean;
}

export const COMMANDS = {
  sync: {
    words: '[server..]',
    describe: 'measure, and set this machine’s clock once',
    settings: true,
  },
  query: {
    words: '[server..]',
    describe: 'measure and report; never touch the clock',
    settings: true,
  },
  status: {
    describe: 'what is known of this clock, and who sets it',
    settings: true,
  },
  rtc: {
    words: 'show|write|read',
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

/** What `rtc` does. */
export type RtcAction = (typeof COMMANDS)['rtc']['choices'][number];

/** The shells that `completion` writes for. */
export type Shell = (typeof COMMANDS)['completion']['choices'][number];
