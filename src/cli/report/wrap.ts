// Text → lines that fit a width. Nothing is cut: a word that is too long continues on the next line.

/** Spaces that must not be broken: between a number and its unit, and after `±`. */
export const UNBREAKABLE: RegExp = /(?<=\d) (?=(?:ms|s|min|h|days|years)\b)|(?<=±) /g;
/** A space at which `wrap` does not break a line; printed as a plain one. */
export const NO_BREAK_SPACE = '\u00a0';

/** Breaks at spaces, and inside words longer than a line. Indents continuation lines by `wanted` spaces, or half the line. */
export function wrap(text: string, width: number | undefined, wanted = 0): readonly string[] {
  if (width === undefined) return [text];
  const hanging = Math.min(wanted, Math.floor(width / 2));
  const lines: string[] = [];
  let line = '';
  for (const word of text.replace(UNBREAKABLE, NO_BREAK_SPACE).split(' ')) {
    if (line.length + 1 + word.length <= width && line !== '') {
      line = `${line} ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    const indent = lines.length > 0 ? ' '.repeat(hanging) : '';
    const pieces = breakWord(`${indent}${word}`, width, hanging);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1)!;
  }
  return [...lines, line].map(one => one.replaceAll(NO_BREAK_SPACE, ' '));
}

/** Breaks a host name or an address after a dot, a colon or a hyphen, if one is in the second half of the line. */
export function breakWord(word: string, width: number, wanted: number): readonly string[] {
  // Wider than the line, an indent would leave no room for the word.
  const hanging = Math.min(wanted, Math.floor(width / 2));
  const pieces: string[] = [];
  let rest = word;
  while (rest.length > width) {
    const seam = rest.slice(0, width).search(/[.:-][^.:-]*$/) + 1;
    const end = seam > width / 2 ? seam : width;
    pieces.push(rest.slice(0, end));
    rest = `${' '.repeat(hanging)}${rest.slice(end)}`;
  }
  return [...pieces, rest];
}
