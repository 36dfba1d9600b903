// What flags, variables and /etc/tsntp.conf say → a command's checked arguments. The stronger place goes before the
// weaker one, also where two options exclude each other.

import { COMMAND_ROWS, type Command } from '../../options/command-table.ts';
import { flagOf, OPTION_NAMES, OPTION_ROWS, type OptionName, optionsOf } from '../../options/option-names.ts';
import type { Arguments } from '../../options/parsed.ts';
import { allowedText, readValue } from '../../options/value.ts';
import { escaped } from '../../sources/server.ts';
import { UsageError } from './usage-error.ts';

/** What one place says of one option. */
export interface Setting {
  /** How a message calls it: `--step (-b)`, `TSNTP_STEP`, `/etc/tsntp.conf:3: step`. */
  readonly as: string;
  readonly value: boolean | number | string | readonly (boolean | number | string)[];
}

/** What one place says: the command line, the environment, or the file. */
export type Settings = ReadonlyMap<OptionName, Setting>;

/** Reads what one place says of an option, in one text or several. Throws `UsageError` that calls the option `as`. */
export function readSetting(name: OptionName, as: string, texts: readonly string[]): Setting {
  const { value } = OPTION_ROWS[name];
  const repeated = value.kind === 'text' && value.repeated;
  if (texts.length > 1 && !repeated) throw new UsageError(`${as}: given ${texts.length} times; give it once`);
  const values = texts.map(text => {
    const read = readValue(value, text);
    if (read !== undefined) return read;
    throw new UsageError(`${as}: "${escaped(text)}" is not allowed; give ${allowedText(value)}`);
  });
  return { as, value: repeated ? values : values[0]! };
}

/** The arguments of a command, from all that has a say: the strongest place first. Throws `UsageError`. */
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
  return { ...values, ...(json === true && { format: 'json' }) } as unknown as Arguments<C>;
}

/** Refuses two options that exclude each other in one place. */
function refuseConflicts(names: readonly OptionName[], place: Settings): void {
  for (const name of names.filter(each => asks(place, each))) {
    const other = names.find(each => each === OPTION_ROWS[name].conflicts && asks(place, each));
    if (other !== undefined)
      throw new UsageError(
        `${place.get(name)!.as} and ${place.get(other)!.as} exclude each other: give one of them`,
      );
  }
}

/** The options that an option excludes. */
function opponentsOf(name: OptionName): readonly OptionName[] {
  return OPTION_NAMES.filter(
    other => OPTION_ROWS[other].conflicts === name || OPTION_ROWS[name].conflicts === other,
  );
}

/** A switch that says no asks for nothing. */
function asks(place: Settings, name: OptionName): boolean {
  const setting = place.get(name);
  return setting !== undefined && setting.value !== false;
}

/** A flag as messages call it, with its letter. */
export function shownFlag(name: OptionName): string {
  const { letter } = OPTION_ROWS[name];
  return `--${flagOf(name)}${letter === undefined ? '' : ` (-${letter})`}`;
}
