// Words of the command line that are commands, or nearly: a typing mistake must never set a clock.

import { COMMAND_NAMES, type Command } from '../../options/command-table.ts';
import { escaped, parseServer } from '../../sources/server.ts';
import { closest } from '../../sources/spelling.ts';
import { UsageError } from './usage-error.ts';

/** Words that later commands take: they are no hosts from now on. */
export const LATER_COMMANDS: readonly string[] = ['check', 'drift', 'schedule', 'wait', 'serve', 'discover'];

/** Words that stand for an option in the first place. */
export const OPTION_WORDS: readonly string[] = ['help', 'version'];

const KNOWN: readonly string[] = [...COMMAND_NAMES, ...LATER_COMMANDS, ...OPTION_WORDS];

/** Whether a word is a command as it stands. */
export function isCommand(word: string | undefined): word is Command {
  return COMMAND_NAMES.some(command => command === word);
}

/** Whether a word has nothing that only a host has: a dot, a colon, a digit. */
export function isBareWord(word: string): boolean {
  return !/[.:\p{N}]/u.test(lettersOf(word));
}

/** Refuses servers that are commands, or one letter or one exchange from one. Throws `UsageError`. */
export function refuseCommandWords(words: readonly string[]): void {
  for (const word of words) {
    const letters = lettersOf(word);
    if (!isBareWord(word)) continue;
    const shown = escaped(word);
    if (isCommand(word))
      throw new UsageError(`"${word}" is a command, and comes first: tsntp ${word} ….${asHost(word)}`);
    if (OPTION_WORDS.includes(letters))
      throw new UsageError(`"${shown}" comes first: tsntp ${letters}, or --${letters}.${asHost(letters)}`);
    if (LATER_COMMANDS.includes(letters))
      throw new UsageError(`"${shown}" is kept for a command of a later tsntp.${asHost(letters)}`);
    const meant = closest(letters, KNOWN, () => 1);
    if (meant !== undefined)
      throw new UsageError(`"${shown}" is no command: did you mean "${meant}"?${asHost(word)}`);
  }
}

/** How to name a server by a word that would not be taken for one; empty where no server can have such a name. */
export function asHost(word: string): string {
  const name = word.normalize('NFKC').replace(/[\s\p{Cf}]/gu, '');
  try {
    parseServer(`${name}.`, '');
  } catch {
    return '';
  }
  return ` A server of that name is written ${name}. or ${name}:123`;
}

/** As the resolver will read it: fullwidth letters are letters, what cannot be seen does not count. */
function lettersOf(word: string): string {
  return word
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .toLowerCase();
}
