// TSNTP_* → the settings of the environment. The `env` of yargs is not used: it reads TSNTP_QUERY=1 as "no", so that the
// clock would be set, and it rejects variables that belong to another command.

import { COMMAND_NAMES, type Command } from '../../options/command-table.ts';
import {
  flagOf,
  keywordOf,
  OPTION_NAMES,
  OPTION_ROWS,
  type OptionName,
  optionsOf,
  variableOf,
} from '../../options/option-names.ts';
import { escaped } from '../../sources/server.ts';
import { closest, editsOfOption } from '../../sources/spelling.ts';
import { listed } from './argv.ts';
import { readSetting, type Setting, type Settings } from './settings.ts';
import { UsageError } from './usage-error.ts';

const PREFIX = 'TSNTP_';

/** The variables that Kubernetes sets in every pod for a service named tsntp or tsntp-NAME. */
const KUBERNETES =
  /^TSNTP_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/** The options by variable. */
const KNOWN: ReadonlyMap<string, OptionName> = new Map(
  OPTION_NAMES.filter(name => !OPTION_ROWS[name].flagOnly && !OPTION_ROWS[name].actionOnly).map(name => [
    variableOf(name),
    name,
  ]),
);

/** The variables that set options. */
export interface Variables {
  /** The values by the correct name of the variable. */
  readonly env: NodeJS.ProcessEnv;
  readonly warnings: readonly string[];
}

/**
 * Picks the variables that set options from the environment. A name that differs only in its underscores is accepted with
 * a warning. A misspelled one throws `UsageError`, because it may set a limit. Any other unknown one is a warning.
 */
export function readVariables(env: NodeJS.ProcessEnv): Variables {
  const own: Record<string, string | undefined> = {};
  const unknown: string[] = [];
  const warnings: string[] = [];
  for (const [name, text] of Object.entries(env).filter(([name]) => name.startsWith(PREFIX))) {
    const written = PREFIX + name.slice(PREFIX.length).toUpperCase().replaceAll('-', '_');
    if (ACTION_ONLY.has(written)) continue;
    const meant = KNOWN.has(written) ? written : withoutItsUnderscores(written);
    if (meant === undefined) {
      refuseMisspelled(name, written);
      unknown.push(name);
    } else if (meant === written) own[meant] = text;
    else {
      own[meant] ??= text;
      warnings.push(`${escaped(name)} is read as ${meant}: rename it`);
    }
  }
  return { env: own, warnings: [...warnings, ...unknownWarning(unknown)] };
}

/** The options that only a command line may give, by the variable that they would have. */
const ACTION_ONLY: ReadonlyMap<string, OptionName> = new Map(
  OPTION_NAMES.filter(name => OPTION_ROWS[name].actionOnly).map(name => [variableOf(name), name]),
);

/**
 * Throws `UsageError` for a variable that looks like an option of this command, or like one of the flags that are given, but
 * sets nothing. For another command, it is no error: it may be of another program, and no run of `sync` may fail of it.
 */
export function refuseActionOnly(
  env: NodeJS.ProcessEnv,
  command: Command,
  given: Iterable<OptionName> = [],
): void {
  const own = optionsOf(command);
  const flags = [...given].filter(option => OPTION_ROWS[option].actionOnly).map(flagOf);
  const name = Object.keys(env).find(each => {
    const option = ACTION_ONLY.get(each);
    return option !== undefined && (own.includes(option) || flags.includes(flagOf(option)));
  });
  if (name === undefined) return;
  throw new UsageError(
    `${escaped(name)} sets nothing: ${commandLineOnly(ACTION_ONLY.get(name)!)}. If it is not for tsntp, rename it`,
  );
}

/** `plot is for tsntp drift: give --plot on its command line`. */
export function commandLineOnly(option: OptionName): string {
  const flag = flagOf(option);
  const takers = COMMAND_NAMES.filter(command =>
    optionsOf(command).some(each => flagOf(each) === flag && OPTION_ROWS[each].actionOnly),
  );
  return `${keywordOf(option)} is for tsntp ${listed(takers)}: give --${flag} on its command line`;
}

function withoutItsUnderscores(name: string): string | undefined {
  const letters = (text: string) => text.replaceAll('_', '');
  return [...KNOWN.keys()].find(each => letters(each) === letters(name));
}

function refuseMisspelled(name: string, written: string): void {
  if (KUBERNETES.test(written)) return;
  // A name of three letters that differs in one is just as likely to be another program's.
  const most = (option: string) => (option.length < 4 ? 0 : editsOfOption(option));
  const meant = closest(written, KNOWN.keys(), each => most(each.slice(PREFIX.length)));
  if (meant !== undefined)
    throw new UsageError(
      `${escaped(name)} matches no option: did you mean ${meant}? If it is not for tsntp, rename it`,
    );
}

function unknownWarning(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const advice = names.some(name => KUBERNETES.test(name))
    ? ' (Kubernetes sets these for a service of that name; prevent that with enableServiceLinks: false)'
    : '';
  const listed = names.map(escaped).join(', ');
  return [`${listed}: no option has ${names.length === 1 ? 'this name' : 'these names'}; ignored${advice}`];
}

/** The settings in `env` of a command's options. Ignores those of other commands. Throws `UsageError`. */
export function fromEnvironment(env: NodeJS.ProcessEnv, command: Command): Settings {
  return new Map(
    optionsOf(command).flatMap(name => {
      const variable = variableOf(name);
      const text = KNOWN.has(variable) ? env[variable] : undefined;
      return text === undefined ? [] : [[name, settingOf(name, variable, text)] as const];
    }),
  );
}

/** Reads one variable. An empty one turns a switch off. */
function settingOf(name: OptionName, variable: string, text: string): Setting {
  const { kind } = OPTION_ROWS[name].value;
  const isSwitch = kind === 'switch' || kind === 'count';
  return readSetting(name, variable, [text === '' && isSwitch ? '0' : text]);
}
