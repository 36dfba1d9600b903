// Text → XML character data, for property lists and tasks.

/** The text with the characters escaped that XML gives a meaning to. */
export function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
