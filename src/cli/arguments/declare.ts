// The commands' options → declared to yargs, with what TSNTP_* says where no flag is given.

import type { Argv } from 'yargs';
import type { RtcArguments } from '../commands/rtc.ts';
import type { StatusArguments } from '../commands/status.ts';
import { COMMANDS, type Command } from './command-words.ts';
import { fromEnvironment, type YargsOptions } from './environment.ts';
import { OPTIONS, RTC_ACTIONS } from './option-table.ts';
import type { MeasuringArguments, SettingArguments } from './sync-arguments.ts';

/** Declares what `query` and `sync` share. */
export function withMeasuringOptions(yargs: Argv, env: NodeJS.ProcessEnv): Argv<MeasuringArguments> {
  const server = {
    describe: 'host, host:port, 192.0.2.1, [2001:db8::1]:123',
    type: 'string',
    array: true,
  } as const;
  return declare<MeasuringArguments>(yargs.positional('server', server), env, OPTIONS.measuring);
}

/** Declares what `sync` takes beyond that. */
export function withSettingOptions(
  yargs: Argv<MeasuringArguments>,
  env: NodeJS.ProcessEnv,
): Argv<MeasuringArguments & SettingArguments> {
  return declare<MeasuringArguments & SettingArguments>(yargs, env, OPTIONS.setting);
}

/** Declares what `rtc` takes. */
export function withRtcOptions(yargs: Argv, env: NodeJS.ProcessEnv): Argv<RtcArguments> {
  const action = {
    describe: 'show, write or read',
    choices: RTC_ACTIONS,
    demandOption: true,
  } as const;
  return declare<RtcArguments>(yargs.positional('action', action), env, OPTIONS.rtc);
}

/** Declares what `status` takes. */
export function withStatusOptions(yargs: Argv, env: NodeJS.ProcessEnv): Argv<StatusArguments> {
  return declare<StatusArguments>(yargs, env, OPTIONS.status);
}

/** The options of a command, without --help and --version. */
export function optionsOf(command: Command): YargsOptions {
  switch (command) {
    case 'sync':
      return { ...OPTIONS.measuring, ...OPTIONS.setting };
    case 'query':
      return OPTIONS.measuring;
    case 'rtc':
      return OPTIONS.rtc;
    case 'status':
      return OPTIONS.status;
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
