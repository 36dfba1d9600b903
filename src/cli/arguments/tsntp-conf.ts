// /etc/tsntp.conf → the settings of the lines that name an option: `max-offset 60`, `rtc`, `format json`. All other lines
// belong to the server list in the file. A line that is neither is an error, because it may be meant to set a limit.

import { dirname, resolve } from 'node:path';
import { flagOf, keywordOf, OPTION_NAMES, OPTION_ROWS, type OptionName } from '../../options/option-names.ts';
import { isDirective } from '../../sources/directives.ts';
import { type Files, ListError, wellKnownFiles } from '../../sources/files.ts';
import { type Line, significantLines, wordsOf } from '../../sources/lines.ts';
import { escaped } from '../../sources/server.ts';
import { closest, editsOfOption } from '../../sources/spelling.ts';
import { OWN_LIST } from '../../sources/well-known.ts';
import { asHost } from './command-words.ts';
import { commandLineOnly } from './environment.ts';
import { readSetting, type Setting, type Settings } from './settings.ts';
import { UsageError } from './usage-error.ts';

/** Options whose names are directives of a list: `pool NAME`, and `keys FILE` for the servers of the list. */
const LIST_DIRECTIVES: readonly OptionName[] = ['pool', 'keys'];

/** The options that a line may name. */
const KNOWN: ReadonlyMap<string, OptionName> = new Map(
  OPTION_NAMES.filter(name => !LIST_DIRECTIVES.includes(name) && !OPTION_ROWS[name].actionOnly).map(name => [
    keywordOf(name),
    name,
  ]),
);

/** Reads the settings of the file; none if there is no file. Throws `UsageError`. */
export function readOwnFile(read: (path: string) => string | undefined = wellKnownFiles.read): Settings {
  try {
    return settingsIn(read(OWN_LIST) ?? '', OWN_LIST);
  } catch (error) {
    if (error instanceof ListError) throw new UsageError(`${error.message}${adviceOn(error.message)}`);
    throw error;
  }
}

/** All users need the options, and the file holds no secrets. */
function adviceOn(problem: string): string {
  return problem.endsWith('permission denied')
    ? ': make it readable with "chmod 644" (keys belong in the key file)'
    : '';
}

/** The format that the file sets, whatever mistakes its other lines hold. Throws if the file cannot be read. */
export function formatInOwnFile(read: (path: string) => string | undefined = wellKnownFiles.read): Settings {
  const lines = significantLines(read(OWN_LIST) ?? '', OWN_LIST);
  const said = lines.filter(line => ['json', 'format'].includes(optionOf(line) ?? ''));
  return settingsIn(said.map(({ text }) => text).join('\n'), OWN_LIST);
}

/** Reads the settings in `text`; messages name the file `name`. Throws `UsageError`. */
export function settingsIn(text: string, name: string): Settings {
  const lines = significantLines(text, name);
  if (isTimesyncdConf(lines)) {
    refuseOptionsBesideTime(lines);
    return new Map();
  }
  const settings = new Map<OptionName, Setting>();
  for (const line of lines) {
    const option = optionOf(line);
    if (option === undefined) refuseUnknown(line);
    else settings.set(option, settingOf(option, line, settings.get(option)));
  }
  return settings;
}

/** The text with the option lines emptied, so that the lines of the server list keep their numbers. */
export function withoutOptions(text: string): string {
  if (isTimesyncdConf(significantLines(text, ''))) return text;
  return text
    .split(/\r\n|\n|\r/)
    .map(physical => {
      const [line] = significantLines(physical, '');
      return line !== undefined && optionOf(line) !== undefined ? '' : physical;
    })
    .join('\n');
}

/**
 * Access to lists and the files that they include, in which a line that sets an option is an error: only /etc/tsntp.conf
 * itself may set options, so that the line would have no effect.
 */
export function withOptionsRefused(files: Files): Files {
  return {
    ...files,
    read(path) {
      const text = files.read(path);
      if (text !== undefined) refuseOptions(text, path);
      return text;
    },
  };
}

/** Throws `ListError` for a line that sets an option. A single word may be a host; `servers` is probably a mistyped directive. */
export function refuseOptions(text: string, name: string): void {
  for (const line of significantLines(text, name)) {
    const [first = '', ...values] = wordsOf(line);
    const option = KNOWN.get(first);
    const settable = option !== undefined && OPTION_ROWS[option].notInFile === undefined;
    if (values.length > 0 && settable && !isDirective(first))
      throw new ListError(
        line.from,
        `"${first}" is an option of tsntp: put it into ${OWN_LIST} itself, or give it as --${flagOf(option)}`,
      );
  }
}

function refuseOptionsBesideTime(lines: readonly Line[]): void {
  for (const { text, from } of lines) {
    const [, word = ''] = /^-{0,2}([a-z\d-]+)(?=[\s=]|$)/.exec(text) ?? [];
    if (KNOWN.has(word))
      throw new UsageError(
        `${escaped(from)}: "${word}" is an option, and a file with [Time] holds none: write the servers as "server HOST" instead`,
      );
  }
}

function isTimesyncdConf(lines: readonly Line[]): boolean {
  return lines.some(({ text }) => text === '[Time]');
}

function optionOf(line: Line): OptionName | undefined {
  return KNOWN.get(wordsOf(line)[0] ?? '');
}

function settingOf(option: OptionName, line: Line, before: Setting | undefined): Setting {
  const { value, notInFile } = OPTION_ROWS[option];
  const label = `${escaped(line.from)}: ${keywordOf(option)}`;
  if (notInFile !== undefined) throw new UsageError(`${label} may not be set in this file: ${notInFile}`);
  if (before !== undefined) throw new UsageError(`${label}: given twice; give it once`);
  const [, ...words] = wordsOf(line);
  const withoutValue = value.kind === 'switch' || value.kind === 'count';
  if (words.length === 0 && !withoutValue)
    throw new UsageError(
      `${label} needs a value: write "${keywordOf(option)} ${OPTION_ROWS[option].placeholder}"`,
    );
  const text = words.length === 0 ? '1' : words.join(' ');
  const read = readSetting(option, label, [isPath(option) ? resolve(dirname(OWN_LIST), text) : text]);
  return { ...read, from: escaped(line.from) };
}

/** Whether the value is a path, which is relative to the directory of the file. */
function isPath(option: OptionName): boolean {
  return ['FILE', 'DIR', 'DEV'].includes(OPTION_ROWS[option].placeholder ?? '');
}

/** Throws `UsageError` unless the line can be part of a server list. */
function refuseUnknown(line: Line): void {
  const [first = '', ...others] = wordsOf(line);
  if (isDirective(first)) return;
  const only = OPTION_NAMES.find(name => OPTION_ROWS[name].actionOnly && keywordOf(name) === first);
  if (only !== undefined) throw new UsageError(`${escaped(line.from)}: ${commandLineOnly(only)}`);
  const meant = nearestOption(first);
  const shown = `${escaped(line.from)}: "${escaped(first)}"`;
  if (meant !== undefined) {
    const host = others.length === 0 ? asHost(first) : '';
    throw new UsageError(`${shown} is not an option: did you mean "${escaped(meant)}"?${host}`);
  }
  const isHost = (word: string) => /^[^/]*\w[.:][^/]*$/.test(word);
  if (others.length > 0 && ![first, ...others].every(isHost))
    throw new UsageError(
      `${shown} is not an option; tsntp --help lists them. Write a server as "server HOST"`,
    );
}

/** The option that a misspelled word probably means, as the file spells it. */
function nearestOption(word: string): string | undefined {
  const bare = word.replace(/^--?/, '').replace(/=.*$/, '');
  if (bare !== word && KNOWN.has(bare)) return `${bare}${word.replace(/^[^=]*=?/, ' ').trimEnd()}`;
  if (KNOWN.has(bare.replace(/^no-/, ''))) return `${bare.replace(/^no-/, '')} no`;
  if (/[.:]/.test(bare)) return undefined;
  // Names of three letters are not suggested: a host may be called ntp, which is close to "nts" and "rtc".
  const names = [...KNOWN.keys(), 'server', 'peer', 'pool'].filter(name => name.length > 3);
  return closest(bare.toLowerCase(), names, editsOfOption);
}
