// argv and TSNTP_* → what the user wants, checked: each command's options, and the pipeline's options out of them.

import type { Argv } from 'yargs';
import { escaped, familyOf } from '../net/server.ts';
import { defaults, type SyncOptions } from '../sync.ts';
import { type AuthenticationArguments, DEFAULT_KEYS } from './authentication.ts';
import { COMMANDS, type Command } from './command-words.ts';
import type { RtcAction, RtcArguments } from './commands/rtc.ts';
import type { StatusArguments } from './commands/status.ts';
import { fromEnvironment, type YargsOptions } from './environment.ts';
import { UsageError } from './usage-error.ts';
import { number, single, text } from './values.ts';

export type Format = 'auto' | 'table' | 'classic' | 'json';
const FORMATS: readonly Format[] = ['auto', 'table', 'classic', 'json'];

/** What `query` and `sync` share, after the validators; undefined where nothing was said. */
export interface MeasuringArguments extends AuthenticationArguments {
  /** Those of the command line. */
  readonly server?: readonly string[] | undefined;
  /** What follows `--`: servers, too. */
  readonly '--'?: readonly string[];
  /** Those of TSNTP_SERVERS. */
  readonly servers?: string | undefined;
  readonly samples?: number | undefined;
  readonly timeout?: number | undefined;
  readonly interval?: number | 'auto' | undefined;
  readonly deadline?: number | undefined;
  readonly minServers?: number | undefined;
  readonly maxDistance?: number | undefined;
  readonly maxOffset?: number | undefined;
  readonly ipv4?: boolean | undefined;
  readonly ipv6?: boolean | undefined;
  readonly source?: string | undefined;
  readonly file?: readonly string[] | undefined;
  readonly pool?: readonly string[] | undefined;
  readonly allowAnyOffset?: boolean | undefined;
  readonly state?: string | undefined;
  readonly format?: Format | undefined;
  readonly syslog?: boolean | undefined;
  readonly debug?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly verbose: number;
  readonly color?: boolean | undefined;
}

/** What only `sync` takes. */
export interface SettingArguments {
  readonly query?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly step?: boolean | undefined;
  readonly slew?: boolean | undefined;
  readonly stepThreshold?: number | undefined;
  readonly force?: boolean | undefined;
  readonly rtc?: boolean | undefined;
  readonly wait?: boolean | undefined;
}

/** Declares what `query` and `sync` share. */
export function withMeasuringOptions(yargs: Argv, env: NodeJS.ProcessEnv): Argv<MeasuringArguments> {
  const server = {
    describe: 'host, host:port, 192.0.2.1, [2001:db8::1]:123',
    type: 'string',
    array: true,
  } as const;
  return declare<MeasuringArguments>(yargs.positional('server', server), env, measuringOptions);
}

/** Declares what `sync` takes beyond that. */
export function withSettingOptions(
  yargs: Argv<MeasuringArguments>,
  env: NodeJS.ProcessEnv,
): Argv<MeasuringArguments & SettingArguments> {
  return declare<MeasuringArguments & SettingArguments>(yargs, env, settingOptions);
}

/** Declares what `rtc` takes. */
export function withRtcOptions(
  yargs: Argv,
  env: NodeJS.ProcessEnv,
): Argv<RtcArguments & { readonly action: RtcAction }> {
  const action = {
    describe: 'show, write or read',
    choices: RTC_ACTIONS,
    demandOption: true,
  } as const;
  return declare<RtcArguments & { action: RtcAction }>(yargs.positional('action', action), env, rtcOptions);
}

/** Declares what `status` takes. */
export function withStatusOptions(yargs: Argv, env: NodeJS.ProcessEnv): Argv<StatusArguments> {
  return declare<StatusArguments>(yargs, env, statusOptions);
}

/** The options of a command, without --help and --version. */
export function optionsOf(command: Command): YargsOptions {
  switch (command) {
    case 'sync':
      return { ...measuringOptions, ...settingOptions };
    case 'query':
      return measuringOptions;
    case 'rtc':
      return rtcOptions;
    case 'status':
      return statusOptions;
    case 'demo':
    case 'completion':
      return {};
  }
}

/** The options of all commands: those that a variable may set. */
export function everyOption(): YargsOptions {
  return Object.assign({}, ...COMMANDS.map(optionsOf));
}

/** What every command takes besides. */
export const generalOptions: YargsOptions = {
  help: { alias: 'h', type: 'boolean' },
  version: { alias: 'V', type: 'boolean' },
};

/** Options, with the environment's values where no flag is given. */
function declare<T>(yargs: Argv, env: NodeJS.ProcessEnv, options: YargsOptions): Argv<T> {
  return yargs.options(options).config(fromEnvironment(env, options)) as unknown as Argv<T>;
}

const state = {
  describe: 'folder of the state file and the lock',
  requiresArg: true,
  type: 'string',
  coerce: text('--state'),
} as const;
const json = { describe: 'print one JSON object', type: 'boolean', default: false } as const;

/** What `rtc` does. */
export const RTC_ACTIONS: readonly RtcAction[] = ['show', 'write', 'read'];

const statusOptions = { json, state } as const satisfies YargsOptions;

const seconds = ' (seconds)';

const MEASURING = 'Measuring:';
const AUTHENTICATION = 'Authentication:';
const SETTING = 'Setting the clock:';
const REPORTING = 'Reporting:';

/** What `query` and `sync` share. */
const measuringOptions = {
  samples: {
    alias: 'p',
    group: MEASURING,
    describe: 'samples for each server, 1 to 16',
    defaultDescription: '4',
    requiresArg: true,
    type: 'string',
    coerce: number('--samples', { min: 1, max: 16, whole: true }),
  },
  timeout: {
    alias: 't',
    group: MEASURING,
    describe: 'seconds to wait for one reply',
    defaultDescription: '2',
    requiresArg: true,
    type: 'string',
    coerce: number('--timeout', { min: 0, above: true, max: 3600, unit: seconds }),
  },
  interval: {
    group: MEASURING,
    describe: "seconds between one server's requests, or auto",
    defaultDescription: 'auto',
    requiresArg: true,
    type: 'string',
    coerce: (value: unknown): number | 'auto' | undefined =>
      value === 'auto'
        ? 'auto'
        : number('--interval', { min: 0, max: 3600, unit: ' (seconds), or "auto"' })(value),
  },
  deadline: {
    group: MEASURING,
    describe: 'seconds for the whole run',
    defaultDescription: '15',
    requiresArg: true,
    type: 'string',
    coerce: number('--deadline', { min: 0, above: true, max: 86_400, unit: seconds }),
  },
  'min-servers': {
    group: MEASURING,
    describe: 'believe no fewer servers than this',
    defaultDescription: '1',
    requiresArg: true,
    type: 'string',
    coerce: number('--min-servers', { min: 1, max: 10_000, whole: true }),
  },
  'max-distance': {
    group: MEASURING,
    describe: 'believe no server whose root distance is over this many seconds',
    defaultDescription: '1.5',
    requiresArg: true,
    type: 'string',
    coerce: number('--max-distance', { min: 0, above: true, max: 16, unit: seconds }),
  },
  ipv4: { alias: '4', group: MEASURING, describe: 'use IPv4 only', type: 'boolean', conflicts: 'ipv6' },
  ipv6: { alias: '6', group: MEASURING, describe: 'use IPv6 only', type: 'boolean' },
  source: {
    alias: 'I',
    group: MEASURING,
    describe: 'send from this address',
    requiresArg: true,
    type: 'string',
    coerce: (value: unknown): string | undefined => {
      const one = text('--source')(value);
      if (one === undefined || familyOf(one) !== undefined) return one;
      throw new UsageError(
        `--source: "${escaped(one)}" is not allowed; give one of this machine's IP addresses`,
      );
    },
  },
  'ntp-version': {
    alias: 'o',
    group: MEASURING,
    describe: 'NTP version to ask in, 1 to 4',
    defaultDescription: '4',
    requiresArg: true,
    type: 'string',
    coerce: number('--ntp-version', { min: 1, max: 4, whole: true }),
  },
  'unprivileged-port': {
    alias: 'u',
    group: MEASURING,
    describe: 'accepted, and always so: ports are random',
    type: 'boolean',
  },
  'authentication-delay': {
    alias: 'e',
    group: MEASURING,
    describe: "accepted for ntpdate's sake, without effect",
    requiresArg: true,
    type: 'string',
    coerce: number('--authentication-delay', { min: 0, max: 3600, unit: seconds }),
  },
  file: {
    alias: 'f',
    group: MEASURING,
    describe: 'read servers from FILE (- is stdin): one a line, or an ntp.conf, chrony.conf, timesyncd.conf',
    requiresArg: true,
    type: 'string',
    coerce: (value: unknown): readonly string[] | undefined =>
      value === undefined ? undefined : [value].flat().map(String),
  },
  pool: {
    group: MEASURING,
    describe: 'a name that stands for up to four servers; may be repeated',
    requiresArg: true,
    type: 'string',
    coerce: (value: unknown): readonly string[] | undefined =>
      value === undefined ? undefined : [value].flat().map(String),
  },
  servers: { type: 'string', hidden: true, coerce: text('--servers') },
  key: {
    alias: 'a',
    group: AUTHENTICATION,
    describe: 'authenticate with the symmetric key of this number',
    requiresArg: true,
    type: 'string',
    conflicts: 'nts',
    coerce: number('--key', { min: 1, max: 4_294_967_295, whole: true }),
  },
  keys: {
    alias: 'k',
    group: AUTHENTICATION,
    describe: 'where the keys are: an ntp.keys or chrony.keys',
    defaultDescription: DEFAULT_KEYS,
    requiresArg: true,
    type: 'string',
    coerce: text('--keys'),
  },
  nts: {
    group: AUTHENTICATION,
    describe: 'require NTS of every server; a port is that of its key exchange',
    type: 'boolean',
  },
  'nts-ca': {
    group: AUTHENTICATION,
    describe: "trust the authorities in FILE (PEM) for NTS, and not the system's",
    requiresArg: true,
    type: 'string',
    coerce: text('--nts-ca'),
  },
  'nts-ignore-dates': {
    group: AUTHENTICATION,
    describe: 'NTS on a clock not set since boot: check all but the dates of certificates',
    type: 'boolean',
  },
  'allow-any-offset': {
    alias: 'g',
    group: SETTING,
    describe: 'no panic limit, and believe any year',
    type: 'boolean',
  },
  'max-offset': {
    group: SETTING,
    describe: 'refuse a larger correction than S seconds, always; a query over it ends with 5, too',
    requiresArg: true,
    type: 'string',
    coerce: number('--max-offset', { min: 0, max: 1e10, unit: seconds }),
  },
  format: {
    group: REPORTING,
    describe: 'table on a terminal, else classic (auto); or table, classic, json',
    defaultDescription: 'auto',
    requiresArg: true,
    type: 'string',
    coerce: (value: unknown): Format | undefined => {
      if (value === undefined) return undefined;
      const one = single('--format', value);
      const format = FORMATS.find(known => known === one);
      if (format) return format;
      throw new UsageError(`--format: "${one}" is not allowed; give one of ${FORMATS.join(', ')}`);
    },
  },
  syslog: {
    alias: 's',
    group: REPORTING,
    describe: "accepted for ntpdate's sake; results still go to stdout",
    type: 'boolean',
  },
  debug: {
    alias: 'd',
    group: REPORTING,
    describe: 'trace every packet, test and decision to stderr; never touch the clock',
    type: 'boolean',
  },
  verbose: {
    alias: 'v',
    group: REPORTING,
    describe: 'say more; twice: the trace of -d, and the clock is still set',
    type: 'count',
  },
  quiet: {
    group: REPORTING,
    describe: 'print no result on success; only errors, and which servers were not believed',
    type: 'boolean',
  },
  color: {
    group: REPORTING,
    describe: 'colours, or none (--no-color); also NO_COLOR, FORCE_COLOR',
    defaultDescription: 'on a terminal',
    type: 'boolean',
  },
  state: { ...state, group: SETTING },
} as const satisfies YargsOptions;

/** What only `sync` takes. */
const settingOptions = {
  query: {
    alias: 'q',
    group: SETTING,
    describe: 'measure and report; never touch the clock',
    type: 'boolean',
  },
  'dry-run': {
    alias: 'n',
    group: SETTING,
    describe: 'everything but the final call: say what would be done',
    type: 'boolean',
  },
  step: { alias: 'b', group: SETTING, describe: 'always step', type: 'boolean', conflicts: 'slew' },
  slew: { alias: 'B', group: SETTING, describe: 'always slew', type: 'boolean' },
  'step-threshold': {
    group: SETTING,
    describe: 'step when the offset is S seconds or more, else slew',
    defaultDescription: '0.128',
    requiresArg: true,
    type: 'string',
    coerce: number('--step-threshold', { min: 0, max: 1e9, unit: seconds }),
  },
  rtc: { alias: 'w', group: SETTING, describe: 'write the hardware clock, too', type: 'boolean' },
  wait: {
    group: SETTING,
    describe: 'stay until a slew is finished, with its progress',
    type: 'boolean',
  },
  force: {
    group: SETTING,
    describe: 'set the clock though another time service is setting it, too',
    type: 'boolean',
  },
} as const satisfies YargsOptions;

const rtcOptions = {
  device: {
    describe: 'another hardware clock than the first',
    requiresArg: true,
    type: 'string',
    coerce: text('--device'),
  },
  json,
  'dry-run': { alias: 'n', describe: 'say what would be done, and set nothing', type: 'boolean' },
  'allow-any-offset': {
    alias: 'g',
    describe: 'read: no panic limit, and believe a time before this tsntp was released',
    type: 'boolean',
  },
  'max-offset': {
    ...measuringOptions['max-offset'],
    describe: `read: ${measuringOptions['max-offset'].describe}`,
  },
  force: { ...settingOptions.force, describe: `read: ${settingOptions.force.describe}` },
  state,
} as const satisfies YargsOptions;

/** The pipeline's options out of the command line's; `servers` come from servers.ts. */
export function syncOptionsOf(args: MeasuringArguments & SettingArguments): Omit<SyncOptions, 'servers'> {
  return {
    ...defaults,
    ...given({
      samples: args.samples,
      timeout: args.timeout,
      interval: args.interval,
      deadline: args.deadline,
      minServers: args.minServers,
      maxDistance: args.maxDistance,
      version: args.ntpVersion,
      family: args.ipv4 ? 4 : args.ipv6 ? 6 : undefined,
      source: args.source,
      allowAnyOffset: args.allowAnyOffset,
      method: args.step ? 'step' : args.slew ? 'slew' : undefined,
      stepThreshold: args.stepThreshold,
      maxOffset: args.maxOffset,
      force: args.force,
      rtc: args.rtc,
      wait: args.wait,
    }),
  };
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}
