// The command line → the settings of its flags. yargs only parses: the choice of command, help, completion and
// validation come from the option table.

import yargs, { type Options as YargsOption } from 'yargs';
import type { Command } from '../../options/command-table.ts';
import { flagOf, OPTION_ROWS, type OptionName, optionsOf } from '../../options/option-names.ts';
import { type CommandLine, canonicalArgv } from './argv.ts';
import { readSetting, type Setting, type Settings, shownFlag } from './settings.ts';

/** Reads the flags of a command line. Throws `UsageError`. */
export function readFlags(command: Command, line: CommandLine): Settings {
  const given = optionsOf(command).filter(name => line.options.some(option => option.name === name));
  const parsed = parse(given, line);
  return new Map(given.map(name => [name, settingOf(name, parsed[flagOf(name)])]));
}

/** Declares only the options that are given: yargs takes longer to declare all than for anything else. */
function parse(given: readonly OptionName[], line: CommandLine): Readonly<Record<string, unknown>> {
  const options = given.map(name => [flagOf(name), yargsOption(name)] as const);
  return yargs([], '/')
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-positional-numbers': false,
      'populate--': true,
    })
    .locale('en')
    .help(false)
    .version(false)
    .exitProcess(false)
    .options(Object.fromEntries(options))
    .parseSync([...canonicalArgv(line)]);
}

function yargsOption(name: OptionName): YargsOption {
  const { kind } = OPTION_ROWS[name].value;
  return { type: kind === 'switch' ? 'boolean' : kind === 'count' ? 'count' : 'string' };
}

function settingOf(name: OptionName, value: unknown): Setting {
  if (typeof value === 'boolean' || typeof value === 'number') return { label: shownFlag(name), value };
  return readSetting(name, `--${flagOf(name)}`, [value].flat().map(String));
}
