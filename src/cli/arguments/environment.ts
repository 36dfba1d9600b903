// TSNTP_* → what the environment says of options. Not by yargs' own `env`: that reads TSNTP_QUERY=1 as "no", and the
// clock would be set; and it stumbles over variables that another command takes.

import type { Command } from '../../options/command-table.ts';
import {
  OPTION_NAMES,
  OPTION_ROWS,
  type OptionName,
  optionsOf,
  variableOf,
} from '../../options/option-names.ts';
import { escaped } from '../../sources/server.ts';
import { closest, editsOfOption } from '../../sources/spelling.ts';
import { readSetting, type Setting, type Settings } from './settings.ts';
import { UsageError } from './usage-error.ts';

const PREFIX = 'TSNTP_';

/** What Kubernetes puts into every pod for a service named tsntp, or tsntp-anything. */
const KUBERNETES =
  /^TSNTP_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/** The options that have variables, by these. */
const KNOWN: ReadonlyMap<string, OptionName> = new Map(
  OPTION_NAMES.filter(name => !OPTION_ROWS[name].flagOnly).map(name => [variableOf(name), name]),
);

/** The variables that are some command's options. */
export interface Variables {
  /** Each under the name that its option has. */
  readonly env: NodeJS.ProcessEnv;
  readonly warnings: readonly string[];
}

/**
 * Sorts the environment by the options of all commands. One that differs by its underscores alone is read, with a
 * warning; one that is misspelled throws `UsageError`, for the limit that it may set would be lost; others are a warning.
 */
export function readVariables(env: NodeJS.ProcessEnv): Variables {
  const own: Record<string, string | undefined> = {};
  const strangers: string[] = [];
  const warnings: string[] = [];
  for (const [name, text] of Object.entries(env).filter(([name]) => name.startsWith(PREFIX))) {
    const written = PREFIX + name.slice(PREFIX.length).toUpperCase().replaceAll('-', '_');
    const meant = KNOWN.has(written) ? written : withoutItsUnderscores(written);
    if (meant === undefined) {
      refuseMisspelled(name, written);
      strangers.push(name);
    } else if (meant === written) own[meant] = text;
    else {
      own[meant] ??= text;
      warnings.push(`${escaped(name)} is read as ${meant}: write that`);
    }
  }
  return { env: own, warnings: [...warnings, ...strangersWarning(strangers)] };
}

function withoutItsUnderscores(name: string): string | undefined {
  const letters = (text: string) => text.replaceAll('_', '');
  return [...KNOWN.keys()].find(each => letters(each) === letters(name));
}

function refuseMisspelled(name: string, written: string): void {
  if (KUBERNETES.test(written)) return;
  // Of three letters, one more or less is as likely another program's.
  const most = (option: string) => (option.length < 4 ? 0 : editsOfOption(option));
  const meant = closest(written, KNOWN.keys(), each => most(each.slice(PREFIX.length)));
  if (meant !== undefined)
    throw new UsageError(
      `${escaped(name)}: no option has this name: did you mean ${meant}? Else give it another name`,
    );
}

function strangersWarning(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const makers = names.some(name => KUBERNETES.test(name))
    ? ' (Kubernetes makes such for a service of that name: enableServiceLinks: false)'
    : '';
  const listed = names.map(escaped).join(', ');
  return [`${listed}: no option has ${names.length === 1 ? 'this name' : 'these names'}; ignored${makers}`];
}

/** What the variables `env` say of a command's options; those of other commands are passed over. Throws `UsageError`. */
export function fromEnvironment(env: NodeJS.ProcessEnv, command: Command): Settings {
  return new Map(
    optionsOf(command).flatMap(name => {
      const variable = variableOf(name);
      const text = KNOWN.has(variable) ? env[variable] : undefined;
      return text === undefined ? [] : [[name, settingOf(name, variable, text)] as const];
    }),
  );
}

/** An empty variable switches nothing on. */
function settingOf(name: OptionName, variable: string, text: string): Setting {
  const { kind } = OPTION_ROWS[name].value;
  const isSwitch = kind === 'switch' || kind === 'count';
  return readSetting(name, variable, [text === '' && isSwitch ? '0' : text]);
}
