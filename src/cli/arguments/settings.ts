// The settings of flags, variables and /etc/tsntp.conf → the validated arguments of a command. The command line overrides
// the environment, which overrides the file, also between two options that exclude each other.

import { COMMAND_ROWS, type Command } from '../../options/command-table.ts';
import { flagOf, OPTION_NAMES, OPTION_ROWS, type OptionName, optionsOf } from '../../options/option-names.ts';
import type { Arguments } from '../../options/parsed.ts';
import { allowedText, readValue } from '../../options/value.ts';
import { escaped } from '../../sources/server.ts';
import { UsageError } from './usage-error.ts';

/** The value that one source gives to one option. */
export interface Setting {
  /** Its name in messages: `--step (-b)`, `TSNTP_STEP`, `/etc/tsntp.conf:3: step`. */
  readonly label: string;
  /** Its origin in reports, if that is not the label: `/etc/tsntp.conf:3`. */
  readonly from?: string;
  readonly value: boolean | number | string | readonly (boolean | number | string)[];
}

/** The settings of one source: the command line, the environment, or the file. */
export type Settings = ReadonlyMap<OptionName, Setting>;

/** Reads the values that one source gives to an option. Throws `UsageError`, which names the option by `label`. */
export function readSetting(name: OptionName, label: string, texts: readonly string[]): Setting {
  const { value } = OPTION_ROWS[name];
  const repeated = value.kind === 'text' && value.repeated;
  if (texts.length > 1 && !repeated)
    throw new UsageError(`${label}: given ${texts.length} times; give it once`);
  const values = texts.map(text => {
    const read = readValue(value, text);
    if (read !== undefined) return read;
    throw new UsageError(`${label}: "${escaped(text)}" is not allowed; give ${allowedText(value)}`);
  });
  return { label, value: repeated ? values : values[0]! };
}

/** Merges settings into the arguments of a command. The first source has precedence. Throws `UsageError`. */
export function argumentsOf<C extends Command>(command: C, places: readonly Settings[]): Arguments<C> {
  const { settings } = COMMAND_ROWS[command];
  const held = new Map<OptionName, Setting>();
  for (const place of settings ? places : places.slice(0, 1)) {
    const own = optionsOf(command).filter(name => place.has(name));
    refuseConflicts(own, place);
    const free = own.filter(name => !held.has(name) && !opponentsOf(name).some(other => asks(held, other)));
    for (const name of free) held.set(name, place.get(name)!);
  }
  const counts = optionsOf(command).filter(name => OPTION_ROWS[name].value.kind === 'count');
  const { json, ...values } = Object.fromEntries([
    ...counts.map(name => [name, 0] as const),
    ...[...held].map(([name, { value }]) => [name, value] as const),
  ]);
  const format = optionsOf(command).find(name => flagOf(name) === 'format');
  return { ...values, ...(json === true && format && { [format]: 'json' }) } as unknown as Arguments<C>;
}

/** The origin of an option's value: `--max-offset`, `TSNTP_MAX_OFFSET`, `/etc/tsntp.conf:2`; undefined if it is not set. */
export function originOf(name: OptionName, places: readonly Settings[]): string | undefined {
  const setting = places.find(place => place.has(name))?.get(name);
  return setting?.from ?? setting?.label;
}

/** Throws `UsageError` for two options in one source that exclude each other. */
function refuseConflicts(names: readonly OptionName[], place: Settings): void {
  for (const name of names.filter(each => asks(place, each))) {
    const other = names.find(each => each === OPTION_ROWS[name].conflicts && asks(place, each));
    if (other !== undefined)
      throw new UsageError(
        `${place.get(name)!.label} and ${place.get(other)!.label} exclude each other: give one of them`,
      );
  }
}

/** The options that may not be given together with this one. */
function opponentsOf(name: OptionName): readonly OptionName[] {
  return OPTION_NAMES.filter(
    other => OPTION_ROWS[other].conflicts === name || OPTION_ROWS[name].conflicts === other,
  );
}

/** Whether an option is set, other than to `false`. */
function asks(place: Settings, name: OptionName): boolean {
  const setting = place.get(name);
  return setting !== undefined && setting.value !== false;
}

/** The name of a flag in messages, with its letter: `--step (-b)`. */
export function shownFlag(name: OptionName): string {
  const { letter } = OPTION_ROWS[name];
  return `--${flagOf(name)}${letter === undefined ? '' : ` (-${letter})`}`;
}
