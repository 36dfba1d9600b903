// A stream → its text with the signs that it can show. Windows has no encoding that every reader of a pipe or a file
// expects: cmd and its commands read them in the code page of the console (437, 850, 936 …), and none of these has every
// sign. Where Windows is not known to show a sign, ASCII stands for it in what people read.

import { type Output, showsSigns } from './terminal.ts';

/** Every sign beyond ASCII in what the command says, but for the blocks of a plot. */
export const ASCII_SIGNS: Readonly<Record<string, string>> = {
  '±': '+/-',
  '…': '...',
  µs: 'us',
  '█': '#',
  '░': '-',
};

const SIGN = new RegExp(Object.keys(ASCII_SIGNS).join('|'), 'g');

/** Replaces each sign by ASCII. All other characters, such as those of names, are kept. */
export function withAsciiSigns(text: string): string {
  return text.replace(SIGN, sign => ASCII_SIGNS[sign]!);
}

/** What turns a text for this stream into one that it can show. */
export function signsFor(
  output: Output,
  env: NodeJS.ProcessEnv,
  platform: string = process.platform,
): (text: string) => string {
  return showsSigns(output, env, platform) ? text => text : withAsciiSigns;
}
