// argv → the command, the options and the words that it contains. Follows the rules of getopt, as ntpdate does, and runs
// before yargs, which reads -p4 as -p -4 and --query=1 as "no".

import { COMMAND_NAMES, type Command } from '../../options/command-table.ts';
import { flagOf, OPTION_NAMES, OPTION_ROWS, type OptionName, optionsOf } from '../../options/option-names.ts';
import { allowedText, readValue } from '../../options/value.ts';
import { escaped } from '../../sources/server.ts';
import { closest, editsOfOption } from '../../sources/spelling.ts';
import { isCommand } from './command-words.ts';
import { UsageError } from './usage-error.ts';

/** One option of a command line. The value of a switch is true or false, that of a count is true. */
export interface Given {
  readonly name: OptionName;
  readonly value: string | boolean;
  /** The flag as it was typed: `-p`, `--samples`. */
  readonly written: string;
}

/** A command line, split into its parts. */
export interface CommandLine {
  /** Undefined if no command is named. */
  readonly command: Command | undefined;
  readonly options: readonly Given[];
  /** The arguments that are not options: servers, the action of `rtc`, the shell of `completion`. */
  readonly words: readonly string[];
}

/** Splits a command line into its parts. Throws `UsageError` if it is invalid. */
export function readArgv(argv: readonly string[]): CommandLine {
  const [first, ...others] = argv;
  if (first === 'help' || first === 'version') return readArgv([`--${first}`, ...others]);
  const command = isCommand(first) ? first : undefined;
  const known = optionsByFlag(command ?? 'sync');
  const rest = command === undefined ? [...argv] : others;
  const options: Given[] = [];
  const words: string[] = [];
  while (rest.length > 0) {
    const word = rest.shift()!;
    if (word === '--') words.push(...rest.splice(0));
    else if (!/^-./su.test(word)) words.push(word);
    else
      options.push(
        ...(word.startsWith('--') ? readLong(word, rest, known) : splitShortOption(word, rest, known)),
      );
  }
  return { command, options, words };
}

/** The command line in the one form that yargs cannot misread: `--name=value`, and words after `--`. */
export function canonicalArgv({ command, options, words }: CommandLine): readonly string[] {
  const flags = options.map(({ name, value }) => `--${flagOf(name)}${value === true ? '' : `=${value}`}`);
  return [
    ...(command === undefined ? [] : [command]),
    ...flags,
    ...(words.length > 0 ? ['--', ...words] : []),
  ];
}

/** The options by flag, without dashes. */
type Known = ReadonlyMap<string, OptionName>;

/** All options by flag; of two that share one, that of the command, or the first of the table. */
function optionsByFlag(command: Command): Known {
  const own = optionsOf(command);
  const others = OPTION_NAMES.filter(name => !own.includes(name)).toReversed();
  return new Map(
    [...others, ...own].flatMap(name =>
      [flagOf(name), OPTION_ROWS[name].letter].flatMap(flag =>
        flag === undefined ? [] : [[flag, name] as const],
      ),
    ),
  );
}

/** `--name`, `--name=value`, `--name value`, `--no-name`. */
function readLong(word: string, rest: string[], known: Known): readonly Given[] {
  const [, written = '', value] = /^--([^=]*)(?:=(.*))?$/su.exec(word) ?? [];
  const name = known.get(written.length === 1 ? '' : dashed(written));
  if (name !== undefined) return [withValue(`--${written}`, name, value, rest, known)];
  const negated = known.get(/^no-(.{2,})$/u.exec(dashed(written))?.[1] ?? '');
  if (negated === undefined) throw unknownOption(`--${written}`, '');
  if (OPTION_ROWS[negated].value.kind !== 'switch' || OPTION_ROWS[negated].flagOnly)
    throw new UsageError(`--${flagOf(negated)} cannot be negated: leave out --${written}`);
  if (value !== undefined) throw new UsageError(`--${written} takes no value`);
  return [{ name: negated, value: false, written: `--${written}` }];
}

/** `-q`, `-qup4`, `-t1.5`, `-t=1.5`, `-vq=1`: the text after a letter that takes a value is its value. */
function splitShortOption(word: string, rest: string[], known: Known): readonly Given[] {
  const whole = known.get(dashed(word.slice(1)));
  if (whole !== undefined && word.length > 2)
    throw new UsageError(
      `${escaped(word)}: did you mean --${flagOf(whole)}? A single dash is for one-letter options`,
    );
  const given: Given[] = [];
  const letters = [...word.slice(1)];
  while (letters.length > 0) {
    const letter = letters.shift()!;
    const name = letter.length > 1 ? undefined : known.get(letter);
    if (name === undefined) throw unknownOption(`-${letter}`, word);
    const takes = takesValue(name) || letters[0] === '=';
    const value = takes && letters.length > 0 ? letters.splice(0).join('').replace(/^=/, '') : undefined;
    given.push(withValue(`-${letter}`, name, value, rest, known));
  }
  return given;
}

function takesValue(name: OptionName): boolean {
  const { kind } = OPTION_ROWS[name].value;
  return kind !== 'switch' && kind !== 'count';
}

/** An option with its attached value, or with the next word, which is then removed from `rest`. */
function withValue(
  written: string,
  name: OptionName,
  attached: string | undefined,
  rest: string[],
  known: Known,
): Given {
  const { value } = OPTION_ROWS[name];
  if (takesValue(name)) return { name, value: attached ?? nextValue(written, name, rest, known), written };
  if (attached === undefined) return { name, value: true, written };
  if (value.kind === 'count')
    throw new UsageError(`${written} takes no value; give it twice for more detail`);
  const said = readValue(value, attached);
  if (typeof said !== 'boolean')
    throw new UsageError(`${written}: "${escaped(attached)}" is not allowed; give ${allowedText(value)}`);
  return { name, value: said, written };
}

/** Takes the next word as a value. An option is not accepted as one, because it may be -q. */
function nextValue(written: string, name: OptionName, rest: string[], known: Known): string {
  const value = rest.shift();
  if (value === undefined) throw new UsageError(`${written} needs a value; see tsntp --help`);
  if (value === '--' || isOption(value, known))
    throw new UsageError(
      `${written} needs a value, and "${escaped(value)}" is an option; if it is the value, write --${flagOf(name)}=${escaped(value)}`,
    );
  return value;
}

function isOption(word: string, known: Known): boolean {
  const [, name] = /^--([^=]+)/u.exec(word) ?? [];
  if (name !== undefined) return known.has(dashed(name)) || known.has(dashed(name).replace(/^no-/, ''));
  const [, letter = ''] = /^-([^-])/u.exec(word) ?? [];
  return known.has(letter);
}

/** `dryRun` → `dry-run`. */
function dashed(name: string): string {
  return name.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`);
}

function unknownOption(written: string, within: string): UsageError {
  const shown = escaped(written);
  if (written === '--server')
    return new UsageError(
      `unknown option ${shown}; name servers without an option, as in "tsntp pool.ntp.org"`,
    );
  const where = within === '' || within === written ? '' : ` in ${escaped(within)}`;
  const meant = suggestion(written);
  const advice = meant === undefined ? commandAdvice(written) : `: did you mean --${meant}?`;
  return new UsageError(`unknown option ${shown}${where}${advice}`);
}

function commandAdvice(written: string): string {
  if (!written.startsWith('--')) return '; see tsntp --help';
  const command = closest(written.slice(2).toLowerCase(), COMMAND_NAMES, editsOfOption);
  return command === undefined ? '; see tsntp --help' : `: did you mean the command "tsntp ${command}"?`;
}

/** The option that a mistyped, undashed or abbreviated name probably means. */
function suggestion(written: string): string | undefined {
  if (!written.startsWith('--')) return undefined;
  const name = dashed(written.slice(2)).toLowerCase();
  const names = OPTION_NAMES.filter(each => !OPTION_ROWS[each].hidden).map(flagOf);
  const begun = name.length < 3 ? [] : names.filter(each => each.startsWith(name));
  return closest(name, names, editsOfOption) ?? (begun.length === 1 ? begun[0] : undefined);
}

/** Throws `UsageError` if an option belongs to other commands only. */
export function refuseForeignOptions(command: Command, options: readonly Given[]): void {
  for (const { name } of options) {
    if (optionsOf(command).includes(name)) continue;
    const flag = flagOf(name);
    if (command === 'schedule' && optionsOf('sync').includes(name))
      throw new UsageError(
        `schedule: write the options of sync after --, as in "tsntp schedule -- --${flag} …"`,
      );
    const takers = COMMAND_NAMES.filter(each => optionsOf(each).some(other => flagOf(other) === flag));
    throw new UsageError(
      `${command} has no option --${flag} (${listed(takers)} ${takers.length === 1 ? 'does' : 'do'}); see tsntp ${command} --help`,
    );
  }
}

/** `sync, query and wait`. */
export function listed(commands: readonly Command[]): string {
  const [last = '', ...others] = commands.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
}

/** The values of --pool, which may be mistyped commands. */
export function poolsIn(options: CommandLine['options']): readonly string[] {
  return options.flatMap(({ name, value }) => (name === 'pool' && typeof value === 'string' ? [value] : []));
}
