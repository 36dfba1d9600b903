// tsntp at a real terminal: script(1) of util-linux opens a pseudo terminal for it.

import { harmless, onLinux, type Result, type Surroundings, start, works } from './command.ts';

/** Only Linux has a script(1) of this kind. */
export const hasTerminal: boolean = onLinux && works(['script', '-qec', 'true', '/dev/null']);

export interface TerminalSetup extends Surroundings {
  /** 0: a terminal that does not say, such as a serial console. */
  readonly columns?: number;
  /** Where stdout or stderr go instead of to the terminal: `2>/dev/null`. */
  readonly redirect?: string;
}

/** Runs tsntp at a terminal; `stdout` is all that the terminal got, its line ends made plain. */
export async function atTerminal(args: readonly string[], setup: TerminalSetup = {}): Promise<Result> {
  const { columns = 80, redirect = '', env = {}, program = [process.execPath, 'bin/tsntp.js'] } = setup;
  const command = harmless([...program, ...args])
    .map(quoted)
    .join(' ');
  const script = ['script', '-qec', `stty rows 24 cols ${columns}; exec ${command} ${redirect}`, '/dev/null'];
  const result = await start([], { ...setup, program: script, env: { TERM: 'xterm-256color', ...env } })
    .ended;
  return { ...result, stdout: result.stdout.replaceAll('\r\n', '\n') };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Text without its escape sequences. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what an escape sequence is made of
  return text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');
}
