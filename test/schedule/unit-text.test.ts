// The words of a command, read back from ExecStart= by the rules of systemd.service(5) and systemd.syntax(7).

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { execStart } from '../../src/schedule/unit-text.ts';
import '../support/properties.ts';
import { word } from './job-words.ts';

test('systemd reads the words of ExecStart= as they were given', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), words => {
      const command = ['/usr/bin/node', ...words];
      expect(unquoted(execStart(command)).map(expanded)).toEqual(command);
    }),
  );
});

test.each([
  ['pool.ntp.org', 'pool.ntp.org'],
  ['a b', '"a b"'],
  ['100%', '"100%%"'],
  ['$HOME', '"$$HOME"'],
  ['say "hi"', String.raw`"say \"hi\""`],
  ['back\\slash', String.raw`"back\\slash"`],
  [';', '";"'],
  ["it's", '"it\'s"'],
])('%s is written as %s', (text, written) => {
  expect(execStart(['/x', text])).toBe(`/x ${written}`);
});

/** Words separated by spaces; in double quotes, a backslash takes the next character as it is. */
function unquoted(line: string): readonly string[] {
  const words = line.match(/(?:[^\s"]|"(?:[^"\\]|\\.)*")+/gu) ?? [];
  return words.map(text =>
    text.replaceAll(/"((?:[^"\\]|\\.)*)"/gu, (_, inner: string) => inner.replaceAll(/\\(.)/gu, '$1')),
  );
}

/** Specifiers and variables: a single one would be replaced. */
function expanded(text: string): string {
  if (/(?<!%)(%%)*%(?!%)|(?<!\$)(\$\$)*\$(?!\$)/.test(text)) throw new Error(`${text} would be expanded`);
  return text.replaceAll('%%', '%').replaceAll('$$', '$');
}
