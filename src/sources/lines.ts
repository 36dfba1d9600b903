// The text of a list → its lines without comments, each with its position. Comments start with # anywhere outside
// quotes, and with ! ; or % at the start of a line.

/** A line without its comment and surrounding spaces. */
export interface Line {
  readonly text: string;
  /** FILE:LINE. */
  readonly from: string;
}

/** Returns the lines that are not empty. */
export function significantLines(text: string, name: string): readonly Line[] {
  return physicalLines(text)
    .map((line, index) => ({ text: withoutComment(line).trim(), from: `${name}:${index + 1}` }))
    .filter(line => line.text !== '' && !/^[!;%]/.test(line.text));
}

/** Like `significantLines`, but a trailing backslash joins a line with the next one (systemd.syntax(7)). */
export function joinedLines(text: string, name: string): readonly Line[] {
  const joined: Line[] = [];
  let begun: Line | undefined;
  for (const [index, line] of physicalLines(text).entries()) {
    const from = begun?.from ?? `${name}:${index + 1}`;
    const comment = /^\s*[#;]/.test(line);
    // A comment between the parts of a joined line is skipped.
    if (comment && begun) continue;
    const whole = withoutComment(`${begun?.text ?? ''}${line}`).trim();
    const goesOn = !comment && whole.endsWith('\\');
    begun = goesOn ? { text: `${whole.slice(0, -1)} `, from } : undefined;
    if (!goesOn && whole !== '' && !/^[!;%]/.test(whole)) joined.push({ text: whole, from });
  }
  return begun && begun.text.trim() !== '' ? [...joined, { ...begun, text: begun.text.trim() }] : joined;
}

/** The words of a line. ntpd allows quotation marks around a word. */
export function wordsOf({ text }: Line): readonly string[] {
  return [...text.matchAll(/"([^"]*)"?|[^\s"]+/g)].map(([word, quoted]) => quoted ?? word);
}

function physicalLines(text: string): readonly string[] {
  return text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
}

function withoutComment(line: string): string {
  return /^(?:[^#"]+|"[^"]*(?:"|$))*/.exec(line)![0];
}
