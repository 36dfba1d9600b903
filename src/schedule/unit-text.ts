// The words of a command → the value of ExecStart= in a systemd unit, so that systemd reads the same words
// (systemd.service(5), COMMAND LINES).

/** Words that systemd reads as they are. */
const PLAIN = /^[\w@+,./:=-]+$/u;

/** The value of `ExecStart=`. The first word must be an absolute path. */
export function execStart([program = '', ...args]: readonly string[]): string {
  // `$` is not special in the program.
  return [quotedWord(program.replaceAll('%', '%%')), ...args.map(unitWord)].join(' ');
}

/** One word of a command, with `%` and `$` doubled: specifiers and variables are not expanded. */
function unitWord(word: string): string {
  return quotedWord(word.replaceAll('%', '%%').replaceAll('$', '$$$$'));
}

function quotedWord(word: string): string {
  return PLAIN.test(word) ? word : `"${word.replaceAll(/["\\]/g, character => `\\${character}`)}"`;
}
