// The words after `server HOST` in an ntpd or chronyd configuration → options and values. An option about which replies
// are accepted is obeyed or refused. An option that controls a daemon is irrelevant for a single run.

import { ListError } from './files.ts';
import type { Line } from './lines.ts';
import { escaped, ServerSyntaxError } from './server.ts';
import { closestWord } from './spelling.ts';

/** Obeyed options, by the number of words after each. */
const OBEYED = options(
  'nts prefer noselect trust require ipv4 ipv6',
  'key port version ntsport maxsources certset ca minpoll maxdelay offset bias',
);

/** Options about how a daemon polls, weighs measurements over hours, and serves clients. */
const IRRELEVANT = options(
  'iburst burst auto_offline xleave copy preempt dynamic xmtnonce trusted lowpriority',
  'maxpoll maxdelayratio maxdelaydevratio maxdelayquant mindelay asymmetry minsamples maxsamples maxunreach ' +
    'filter polltarget presend minstratum extfield mode ttl subtype aead weight',
);

/** Options that are handled differently, with a note if more is requested. */
const NOTED: ReadonlyMap<string, string> = new Map([
  ['offline', 'chronyd waits for chronyc; a run queries immediately'],
  ['noval', 'certificates are always checked'],
]);

const AUTOKEY = 'Autokey is not supported: use a key or NTS';
/** Options that restrict trust in a way that is not supported. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['autokey', AUTOKEY],
  ['skey', AUTOKEY],
  ['cert', "a client's certificate is not supported: remove the option if the server does not require one"],
]);

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['true', 'trust'],
  ['-4', 'ipv4'],
  ['-6', 'ipv6'],
  ['--ipv4', 'ipv4'],
  ['--ipv6', 'ipv6'],
]);

/** The options of one line by their chrony names; an option without a value maps to ''. */
export interface GivenOptions {
  readonly given: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/** Parses the words after the host. Throws `ServerSyntaxError` and `ListError`. */
export function readOptions(line: Line, words: readonly string[]): GivenOptions {
  const given = new Map<string, string>();
  const notes: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const name = nameOf(words[at]!);
    const takes = OBEYED.get(name) ?? IRRELEVANT.get(name) ?? 0;
    const value = takes === 0 ? '' : (words[at + 1] ?? '');
    const said = NOTED.get(name);
    const refused = REFUSED.get(name);
    if (refused !== undefined) throw new ListError(line.from, `${name}: ${refused}`);
    if (said !== undefined) notes.push(`${escaped(line.from)}: ${name}: ${said}`);
    else if (OBEYED.has(name)) given.set(name, value);
    else if (!IRRELEVANT.has(name)) notes.push(unknownOption(line, words[at]!));
    at += takes;
  }
  return { given, notes };
}

/**
 * Handles an unknown word: a note if it looks like a typo of an option that restricts nothing, as in ntpd; otherwise an
 * error, so that no restriction is lost.
 */
function unknownOption(line: Line, word: string): string {
  if (/\w[.:]/.test(word)) {
    const problem = `"${escaped(word)}" is not an option: write one server per line, each after "server"`;
    throw new ServerSyntaxError(line.from, line.text, problem);
  }
  const harmless = closestWord(word, ['prefer', ...IRRELEVANT.keys(), ...NOTED.keys()]);
  const meant = closestWord(word, [...OBEYED.keys(), ...REFUSED.keys(), 'true']);
  if (meant !== undefined && meant !== harmless) {
    throw new ServerSyntaxError(
      line.from,
      line.text,
      `"${escaped(word)}" is not an option: did you mean ${meant}?`,
    );
  }
  if (harmless === undefined) {
    const problem = `"${escaped(word)}" is not a known option: remove it; write one server per line`;
    throw new ServerSyntaxError(line.from, line.text, problem);
  }
  return `${escaped(line.from)}: "${escaped(word)}" is not an option (${harmless}?): ignored`;
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
