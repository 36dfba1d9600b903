// Names and values → lines in which the values are below each other.

import { NO_BREAK_SPACE, wrap } from './wrap.ts';

/** A name and its value; a row whose value is undefined is left out. */
export type NamedValue = readonly [name: string, value: string | undefined];

/** `name: value` lines with line ends. Values that a `width` cuts short continue below. */
export function alignedLines(rows: readonly NamedValue[], width?: number): string {
  const shown = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  const left = Math.max(...shown.map(([name]) => name.length)) + 2;
  return shown
    .map(([name, value]) => {
      const lines =
        width === undefined
          ? [value.replaceAll(NO_BREAK_SPACE, ' ')]
          : wrap(value, Math.max(width - left, 1));
      return `${`${name}:`.padEnd(left)}${lines.join(`\n${' '.repeat(left)}`)}\n`;
    })
    .join('');
}
