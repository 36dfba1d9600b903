// The words after `server HOST` in ntpd's or chronyd's configuration → options with their values. An option that says
// which answers are believed is obeyed or refused; one that steers a daemon means nothing to a single run.

import { ListError } from './files.ts';
import type { Line } from './lines.ts';
import { escaped, ServerSyntaxError } from './server.ts';
import { closestWord } from './spelling.ts';

/** Obeyed, by how many words each takes after it. */
const OBEYED = options(
  'nts prefer noselect trust require ipv4 ipv6',
  'key port version ntsport maxsources certset ca minpoll maxdelay offset bias',
);

/** How a daemon polls, weighs its measurements over hours, and serves others. */
const IRRELEVANT = options(
  'iburst burst auto_offline xleave copy preempt dynamic xmtnonce trusted lowpriority',
  'maxpoll maxdelayratio maxdelaydevratio maxdelayquant mindelay asymmetry minsamples maxsamples maxunreach ' +
    'filter polltarget presend minstratum extfield mode ttl subtype aead weight',
);

/** Done in another way, and said when more is asked for. */
const SAID: ReadonlyMap<string, string> = new Map([
  ['offline', 'chronyd waits for a word from chronyc; a run asks at once'],
  ['noval', 'a certificate is always checked'],
]);

const AUTOKEY = 'Autokey is not supported: authenticate with a key or with NTS';
/** What restricts trust, where there is nothing like it here. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['autokey', AUTOKEY],
  ['skey', AUTOKEY],
  ['cert', "a client's certificate is not supported: take the option out if the server does without one"],
]);

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['true', 'trust'],
  ['-4', 'ipv4'],
  ['-6', 'ipv6'],
  ['--ipv4', 'ipv4'],
  ['--ipv6', 'ipv6'],
]);

/** The options of one line, by their chrony names; those without a value have the empty text. */
export interface GivenOptions {
  readonly given: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/** Reads the words after the host. Throws `ServerSyntaxError` and `ListError`. */
export function readOptions(line: Line, words: readonly string[]): GivenOptions {
  const given = new Map<string, string>();
  const notes: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const name = nameOf(words[at]!);
    const takes = OBEYED.get(name) ?? IRRELEVANT.get(name) ?? 0;
    const value = takes === 0 ? '' : (words[at + 1] ?? '');
    const said = SAID.get(name);
    const refused = REFUSED.get(name);
    if (refused !== undefined) throw new ListError(line.from, `${name}: ${refused}`);
    if (said !== undefined) notes.push(`${escaped(line.from)}: ${name}: ${said}`);
    else if (OBEYED.has(name)) given.set(name, value);
    else if (!IRRELEVANT.has(name)) notes.push(unknownOption(line, words[at]!));
    at += takes;
  }
  return { given, notes };
}

/** A slip in what restricts nothing is passed over, as ntpd does; one that would lose a restriction is not. */
function unknownOption(line: Line, word: string): string {
  if (/\w[.:]/.test(word)) {
    const problem = `"${escaped(word)}" is no option: one server a line, each with "server" in front`;
    throw new ServerSyntaxError(line.from, line.text, problem);
  }
  const harmless = closestWord(word, ['prefer', ...IRRELEVANT.keys(), ...SAID.keys()]);
  const meant = closestWord(word, [...OBEYED.keys(), ...REFUSED.keys(), 'true']);
  if (meant !== undefined && meant !== harmless) {
    throw new ServerSyntaxError(
      line.from,
      line.text,
      `"${escaped(word)}" is no option: did you mean ${meant}?`,
    );
  }
  if (harmless === undefined) {
    const problem = `"${escaped(word)}" is no option that is known here: take it out; one server a line`;
    throw new ServerSyntaxError(line.from, line.text, problem);
  }
  return `${escaped(line.from)}: "${escaped(word)}" is no option (${harmless}?): passed over`;
}

function nameOf(word: string): string {
  const name = word.toLowerCase();
  return ALIASES.get(name) ?? name;
}

function options(bare: string, valued: string): ReadonlyMap<string, 0 | 1> {
  return new Map([
    ...bare.split(' ').map(name => [name, 0] as const),
    ...valued.split(' ').map(name => [name, 1] as const),
  ]);
}
