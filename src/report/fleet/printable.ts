// Text from lists and from the network → text without anything that could break the line, or act on a terminal.

/** Replaces each control, format and line-separating character by a space. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
}
