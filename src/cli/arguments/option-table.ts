// The options of each command as yargs takes them: name, letter, group, description, and the check of its value.

import type { RtcAction } from '../../rtc.ts';
import { escaped, familyOf } from '../../sources/server.ts';
import { DEFAULT_KEYS } from './credentials.ts';
import type { YargsOptions } from './environment.ts';
import { FORMATS, type Format } from './sync-arguments.ts';
import { UsageError } from './usage-error.ts';
import { number, single, text, texts } from './values.ts';

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
    describe: 'accepted, without effect: the source port is always random',
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
    coerce: texts,
  },
  pool: {
    group: MEASURING,
    describe: 'a name that stands for up to four servers; may be repeated',
    requiresArg: true,
    type: 'string',
    coerce: texts,
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
    describe: 'colors, or none (--no-color); also NO_COLOR, FORCE_COLOR',
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

/** The options of `query` and `sync`, those of `sync` alone, and those of `rtc` and of `status`. */
export const OPTIONS: Readonly<Record<'measuring' | 'setting' | 'rtc' | 'status', YargsOptions>> = {
  measuring: measuringOptions,
  setting: settingOptions,
  rtc: rtcOptions,
  status: statusOptions,
};
