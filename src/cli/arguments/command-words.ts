// A word of the command line → a command, a server, or an error if it resembles a command: a typing mistake must never
// set a clock.

import { COMMAND_NAMES, type Command } from '../../options/command-table.ts';
import { escaped, parseServer } from '../../sources/server.ts';
import { closest } from '../../sources/spelling.ts';
import { UsageError } from './usage-error.ts';

/** Words reserved for commands of later releases. They are not accepted as host names. */
export const LATER_COMMANDS: readonly string[] = ['serve', 'discover'];

/** Words that mean an option if they come first. */
export const OPTION_WORDS: readonly string[] = ['help', 'version'];

const KNOWN: readonly string[] = [...COMMAND_NAMES, ...LATER_COMMANDS, ...OPTION_WORDS];

/** Whether a word is exactly the name of a command. */
export function isCommand(word: string | undefined): word is Command {
  return COMMAND_NAMES.some(command => command === word);
}

/** Whether a word lacks everything that only a host has: a dot, a colon, a digit. */
export function isBareWord(word: string): boolean {
  const letters = lettersOf(word);
  return !/[.:\d]/.test(letters) && !/\p{N}/u.test(letters);
}

/** Throws `UsageError` for servers that are commands, or that differ from one by a letter or by two letters swapped. */
export function refuseCommandWords(words: readonly string[]): void {
  for (const word of words) {
    const letters = lettersOf(word);
    if (!isBareWord(word)) continue;
    const shown = escaped(word);
    if (isCommand(word))
      throw new UsageError(`"${word}" is a command and must come first: tsntp ${word} ….${asHost(word)}`);
    if (OPTION_WORDS.includes(letters))
      throw new UsageError(
        `"${shown}" must come first: tsntp ${letters}, or --${letters}.${asHost(letters)}`,
      );
    if (LATER_COMMANDS.includes(letters))
      throw new UsageError(`"${shown}" is reserved for a command of a later tsntp.${asHost(letters)}`);
    const meant = closest(letters, KNOWN, () => 1);
    if (meant !== undefined)
      throw new UsageError(`"${shown}" is not a command: did you mean "${meant}"?${asHost(word)}`);
  }
}

/** How to write a word so that it is read as a server; empty if no server can have that name. */
export function asHost(word: string): string {
  const name = word.normalize('NFKC').replace(/[\s\p{Cf}]/gu, '');
  try {
    parseServer(`${name}.`, '');
  } catch {
    return '';
  }
  return ` Write a server of that name as ${name}. or ${name}:123`;
}

/** The word as the resolver reads it: fullwidth letters become plain ones, and invisible characters are removed. */
function lettersOf(word: string): string {
  // The classes of Unicode take half a millisecond to compile.
  if (/^[!-~]*$/.test(word)) return word.toLowerCase();
  return word
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .toLowerCase();
}
