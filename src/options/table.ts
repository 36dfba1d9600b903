// The one table of options. From its rows come: flags, TSNTP_*, the lines of /etc/tsntp.conf, the library's validation,
// --help, completion, and the tables in the manual page and the READMEs (npm run documents).
//
// A row is named as the library and the parsed arguments have it: maxOffset is --max-offset and TSNTP_MAX_OFFSET.

import type { Command } from './command-table.ts';
import type { Value, ValueOf } from './value.ts';

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

/** Every option, by its name. */
export const OPTIONS = {
  query: {
    letter: 'q',
    value: { kind: 'switch' },
    group: 'setting',
    describe: 'measure and report; never touch the clock',
    commands: ['sync', 'query'],
    common: true,
    notInFile:
      'a run that sets nothing is asked for on its command line (tsntp query), or no run would ever set the clock',
  },
  dryRun: {
    letter: 'n',
    value: { kind: 'switch' },
    group: 'setting',
    describe: 'everything but the final call: say what would be done',
    commands: ['sync', 'rtc'],
    common: true,
    notInFile:
      'a run that sets nothing is asked for on its command line (-n), or no run would ever set the clock',
  },
  step: {
    letter: 'b',
    value: { kind: 'switch' },
    group: 'setting',
    describe: 'always step: set the clock at once',
    commands: ['sync'],
    conflicts: 'slew',
  },
  slew: {
    letter: 'B',
    value: { kind: 'switch' },
    group: 'setting',
    describe: 'always slew: let the clock run faster or slower until it is right',
    commands: ['sync'],
  },
  stepThreshold: {
    value: { kind: 'duration', min: 0, max: 1e9 },
    placeholder: 'S',
    default: 0.128,
    group: 'setting',
    describe: 'step when the offset is S seconds or more, else slew',
    commands: ['sync'],
  },
  allowAnyOffset: {
    letter: 'g',
    value: { kind: 'switch' },
    group: 'setting',
    describe: 'no panic limit, and believe any year',
    commands: ['sync', 'query', 'rtc'],
    common: true,
    notInFile: 'it lifts the panic limit of one run: give -g on its command line',
  },
  maxOffset: {
    value: { kind: 'duration', min: 0, max: 1e10 },
    placeholder: 'S',
    group: 'setting',
    describe: 'refuse a correction over S seconds (exit code 5)',
    commands: ['sync', 'query', 'rtc'],
    common: true,
  },
  rtc: {
    letter: 'w',
    value: { kind: 'switch' },
    group: 'setting',
    describe: 'write the hardware clock, too (Linux)',
    commands: ['sync'],
  },
  wait: {
    value: { kind: 'switch' },
    group: 'setting',
    describe: 'stay until a slew is finished, with its progress',
    commands: ['sync'],
  },
  force: {
    value: { kind: 'switch' },
    group: 'setting',
    describe: 'set the clock though another time service is setting it, too',
    commands: ['sync', 'rtc'],
    notInFile: 'it is for one run beside another time service: give --force on its command line',
  },
  state: {
    value: { kind: 'text' },
    placeholder: 'DIR',
    group: 'setting',
    describe: 'folder of the state file and the lock',
    commands: ['sync', 'query', 'status', 'rtc'],
  },
  device: {
    value: { kind: 'text' },
    placeholder: 'DEV',
    group: 'setting',
    describe: 'another hardware clock than the first, such as /dev/rtc1',
    commands: ['rtc'],
  },
  samples: {
    letter: 'p',
    value: { kind: 'whole', min: 1, max: 16 },
    placeholder: 'N',
    default: 4,
    group: 'measuring',
    describe: 'samples for each server, 1 to 16',
    commands: ['sync', 'query'],
  },
  timeout: {
    letter: 't',
    value: { kind: 'duration', min: 0, above: true, max: 3600 },
    placeholder: 'S',
    default: 2,
    group: 'measuring',
    describe: 'seconds to wait for one reply',
    commands: ['sync', 'query'],
    common: true,
  },
  interval: {
    value: { kind: 'duration', min: 0, max: 3600, or: 'auto' },
    placeholder: 'S',
    default: 'auto',
    group: 'measuring',
    describe: "seconds between one server's requests, or auto: 2, and 0.05 next door",
    commands: ['sync', 'query'],
  },
  deadline: {
    value: { kind: 'duration', min: 0, above: true, max: 86_400 },
    placeholder: 'S',
    default: 15,
    group: 'measuring',
    describe: 'seconds for the whole run',
    commands: ['sync', 'query'],
  },
  minServers: {
    value: { kind: 'whole', min: 1, max: 10_000 },
    placeholder: 'N',
    default: 1,
    group: 'measuring',
    describe: 'believe no fewer servers than this',
    commands: ['sync', 'query'],
  },
  maxDistance: {
    value: { kind: 'duration', min: 0, above: true, max: 16 },
    placeholder: 'S',
    default: 1.5,
    group: 'measuring',
    describe: 'believe no server whose root distance is over S seconds',
    commands: ['sync', 'query'],
  },
  ipv4: {
    letter: '4',
    value: { kind: 'switch' },
    group: 'measuring',
    describe: 'use IPv4 only',
    commands: ['sync', 'query'],
    conflicts: 'ipv6',
  },
  ipv6: {
    letter: '6',
    value: { kind: 'switch' },
    group: 'measuring',
    describe: 'use IPv6 only',
    commands: ['sync', 'query'],
  },
  source: {
    letter: 'I',
    value: { kind: 'address' },
    placeholder: 'ADDR',
    group: 'measuring',
    describe: 'send from this address',
    commands: ['sync', 'query'],
  },
  ntpVersion: {
    letter: 'o',
    value: { kind: 'whole', min: 1, max: 4 },
    placeholder: 'N',
    default: 4,
    group: 'measuring',
    describe: 'NTP version to ask in, 1 to 4',
    commands: ['sync', 'query'],
  },
  unprivilegedPort: {
    letter: 'u',
    value: { kind: 'switch' },
    group: 'measuring',
    describe: 'ignored: the source port is always random',
    commands: ['sync', 'query'],
  },
  authenticationDelay: {
    letter: 'e',
    value: { kind: 'duration', min: 0, max: 3600 },
    placeholder: 'S',
    group: 'measuring',
    describe: "ignored: accepted for ntpdate's sake",
    commands: ['sync', 'query'],
  },
  file: {
    letter: 'f',
    value: { kind: 'text', repeated: true },
    placeholder: 'FILE',
    group: 'measuring',
    describe: 'read servers from FILE: a list, ntp.conf, chrony.conf',
    commands: ['sync', 'query'],
    common: true,
    notInFile: 'name the servers in this file itself',
  },
  pool: {
    value: { kind: 'text', repeated: true },
    placeholder: 'HOST',
    group: 'measuring',
    describe: 'a name that stands for up to four servers; may be repeated',
    commands: ['sync', 'query'],
  },
  servers: {
    value: { kind: 'text' },
    group: 'measuring',
    describe: 'servers, between blanks or commas (TSNTP_SERVERS)',
    commands: ['sync', 'query'],
    hidden: true,
    notInFile: 'write one server a line',
  },
  key: {
    letter: 'a',
    value: { kind: 'whole', min: 1, max: 4_294_967_295 },
    placeholder: 'N',
    group: 'authentication',
    describe: 'authenticate with the symmetric key of this number',
    commands: ['sync', 'query'],
    conflicts: 'nts',
  },
  keys: {
    letter: 'k',
    value: { kind: 'text' },
    placeholder: 'FILE',
    default: '/etc/ntp.keys',
    group: 'authentication',
    describe: 'where the keys are: an ntp.keys or chrony.keys',
    commands: ['sync', 'query'],
  },
  nts: {
    value: { kind: 'switch' },
    group: 'authentication',
    describe: 'require NTS of every server',
    commands: ['sync', 'query'],
    common: true,
  },
  ntsCa: {
    value: { kind: 'text' },
    placeholder: 'FILE',
    group: 'authentication',
    describe: "trust the authorities in FILE (PEM) for NTS, and not the system's",
    commands: ['sync', 'query'],
  },
  ntsIgnoreDates: {
    value: { kind: 'switch' },
    group: 'authentication',
    describe: 'NTS on a clock not set since boot: check all but the dates of certificates',
    commands: ['sync', 'query'],
  },
  format: {
    value: { kind: 'choice', of: ['auto', 'table', 'classic', 'json'] },
    placeholder: 'F',
    default: 'auto',
    group: 'reporting',
    describe: 'the report: table, classic (as ntpdate) or json; auto is table on a terminal, else classic',
    commands: ['sync', 'query', 'demo', 'status', 'rtc', 'completion'],
  },
  json: {
    value: { kind: 'switch' },
    group: 'reporting',
    describe: 'print one JSON object: --format json',
    commands: ['sync', 'query', 'demo', 'status', 'rtc', 'completion'],
    conflicts: 'format',
    common: true,
  },
  verbose: {
    letter: 'v',
    value: { kind: 'count' },
    group: 'reporting',
    describe: 'say more; twice: the trace of -d, and set the clock',
    commands: ['sync', 'query'],
    common: true,
  },
  debug: {
    letter: 'd',
    value: { kind: 'switch' },
    group: 'reporting',
    describe: 'trace the run to stderr; never touch the clock',
    commands: ['sync', 'query'],
    common: true,
    notInFile: 'it keeps the clock from being set: give -d on the command line, or write "verbose 2" here',
  },
  quiet: {
    value: { kind: 'switch' },
    group: 'reporting',
    describe: 'print no result on success; only errors, and which servers were not believed',
    commands: ['sync', 'query'],
  },
  syslog: {
    letter: 's',
    value: { kind: 'switch' },
    group: 'reporting',
    describe: "accepted for ntpdate's sake; results still go to stdout",
    commands: ['sync', 'query'],
  },
  color: {
    value: { kind: 'switch' },
    default: 'on a terminal',
    group: 'reporting',
    describe: 'colors, or none (--no-color); also NO_COLOR, FORCE_COLOR',
    commands: ['sync', 'query'],
  },
  help: {
    letter: 'h',
    value: { kind: 'switch' },
    group: 'general',
    describe: 'show help: -h on one screen, --help all of it',
    commands: ['sync', 'query', 'demo', 'status', 'rtc', 'completion'],
    flagOnly: true,
    notInFile: 'it is no setting',
  },
  version: {
    letter: 'V',
    value: { kind: 'switch' },
    group: 'general',
    describe: 'show the version',
    commands: ['sync', 'query', 'demo', 'status', 'rtc', 'completion'],
    flagOnly: true,
    notInFile: 'it is no setting',
  },
} as const;

export type OptionName = keyof typeof OPTIONS;

/** The rows of the table. */
export const OPTION_ROWS: Readonly<Record<OptionName, OptionRow>> = OPTIONS;

/** The names of all options, in the table's order. */
export const OPTION_NAMES: readonly OptionName[] = Object.keys(OPTIONS) as OptionName[];

/** The options that a command takes, in the table's order. */
export function optionsOf(command: Command): readonly OptionName[] {
  return OPTION_NAMES.filter(name => OPTION_ROWS[name].commands.includes(command));
}

/** The long flag of an option, without its dashes: also what stands in /etc/tsntp.conf. */
export function flagOf(name: OptionName): string {
  return name.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`);
}

/** The environment variable that sets an option. */
export function variableOf(name: OptionName): string {
  return `TSNTP_${flagOf(name).toUpperCase().replaceAll('-', '_')}`;
}

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

/** The checked arguments of a command: undefined where nothing was said, and a count 0. --json is `format`. */
export type Arguments<C extends Command> = {
  readonly [K in Exclude<TakenBy<C>, Counted<C>>]?: ValueOf<Rows[K]['value']> | undefined;
} & { readonly [K in Counted<C>]: number };

/** How a report is written. */
export type Format = ValueOf<Rows['format']['value']>;
