// Text in any script → lines that fit a width in columns of a terminal, where a Chinese character takes two.

import stringWidth from 'string-width';
import { NO_BREAK_SPACE, UNBREAKABLE } from './wrap.ts';

/** The columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** Breaks at spaces, and inside words longer than a line. Indents continuation lines by `hanging` spaces. */
export function wrapWide(text: string, width: number | undefined, hanging = 0): readonly string[] {
  if (width === undefined) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.replace(UNBREAKABLE, NO_BREAK_SPACE).split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (widthOf(joined) <= width) {
      line = joined;
      continue;
    }
    if (line.trim() !== '') lines.push(line);
    const indent = lines.length > 0 ? ' '.repeat(Math.min(hanging, Math.floor(width / 2))) : '';
    const pieces = breakWide(`${indent}${word}`, width);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1)!;
  }
  return [...lines, line].map(one => one.replaceAll(NO_BREAK_SPACE, ' '));
}

/** Breaks a text into pieces that fit `width` columns: between characters, and never within one. */
export function breakWide(text: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (piece !== '' && widthOf(piece + segment) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += segment;
  }
  return [...pieces, piece];
}
