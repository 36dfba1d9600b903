// ntp.conf or chrony.conf, with all included files → a server list. Directives are case-insensitive, as in chronyd.

import { dirname, resolve } from 'node:path';
import { type Configuration, emptyConfiguration, listOf } from './configuration.ts';
import { HARMLESS_FROM, IRRELEVANT, NOTED, REFUSED } from './directive-table.ts';
import { type Files, ListError } from './files.ts';
import { filesIn, filesMatching, isPattern } from './includes.ts';
import { type Line, significantLines, wordsOf } from './lines.ts';
import type { ServerList } from './list.ts';
import { type Directive, OBEYED, refusal, refuseLimit } from './obedience.ts';
import { escaped, ServerSyntaxError } from './server.ts';
import { isReferenceClock, readServerLine } from './server-line.ts';
import { closestWord } from './spelling.ts';

/** Maximum include depth, as in chronyd; ntpd allows 5. */
const DEEPEST = 10;
/** Maximum number of included files. */
const MOST_FILES = 1000;

/** Reads the lines of the file called `name` and everything it includes. Throws `ServerSyntaxError` and `ListError`. */
export function readDirectives(lines: readonly Line[], name: string, files: Files): ServerList {
  const reader = new Reader(files, name);
  reader.follow(lines, name);
  return reader.finish();
}

class Reader {
  readonly #into: Configuration;
  /** The files being read, each included by the previous one. */
  readonly #chain: string[];
  #opened = 0;

  constructor(files: Files, name: string) {
    this.#into = emptyConfiguration(files);
    this.#chain = [resolve(name)];
  }

  follow(lines: readonly Line[], name: string): void {
    const directory = dirname(name);
    for (const line of lines) {
      const [first = '', ...words] = wordsOf(line);
      this.#obey(first, { line, words, directory });
    }
  }

  finish(): ServerList {
    const { sourceDirectories, files } = this.#into;
    for (const { directories, line } of sourceDirectories)
      for (const path of filesIn(directories, '.sources', files)) this.#include(path, line);
    return listOf(this.#into);
  }

  #obey(first: string, directive: Directive): void {
    const { line, words, directory } = directive;
    const { notes, sourceDirectories, files } = this.#into;
    const name = first.toLowerCase();
    const directories = words.map(word => resolve(directory, word));
    if (name === 'server' || name === 'pool' || name === 'peer') this.#server(name === 'pool', directive);
    else if (name === 'include') this.#includeMatching(directive);
    else if (name === 'includefile') this.#includeFile(directive);
    else if (name === 'confdir')
      for (const path of filesIn(directories, '.conf', files)) this.#include(path, line);
    else if (name === 'sourcedir') sourceDirectories.push({ directories, line });
    else if (OBEYED.has(name)) OBEYED.get(name)!(directive, this.#into);
    else if (NOTED.has(name)) notes.push(`${escaped(`${line.from}: ${line.text}`)}: ${NOTED.get(name)}`);
    else if (REFUSED.has(name)) throw new ListError(line.from, refusal(line.text, REFUSED.get(name)!));
    else if (HARMLESS_FROM.has(name)) refuseLimit(line, name, words[0]);
    else if (!IRRELEVANT.has(name)) notes.push(unknownDirective(first, directive));
  }

  #server(pool: boolean, { line, words, directory }: Directive): void {
    if (isReferenceClock(words[0] ?? '')) {
      const what = `${words[0]} is a reference clock of ntpd, not a server: skipped`;
      this.#into.notes.push(`${escaped(line.from)}: ${what}`);
      return;
    }
    const read = readServerLine(line, pool, words);
    const authority = read.authority === undefined ? undefined : resolve(directory, read.authority);
    this.#into.servers.push({ ...read, line, ...(authority !== undefined && { authority }) });
  }

  /** chrony's include: a pattern may match nothing, but a plain name must exist. */
  #includeMatching({ line, words, directory }: Directive): void {
    const [pattern = ''] = words;
    if (words.length !== 1)
      throw new ServerSyntaxError(line.from, line.text, 'one file, or one pattern, must follow');
    for (const path of filesMatching(pattern, directory, this.#into.files))
      this.#include(path, line, isPattern(pattern));
  }

  /** ntpd's include. For a directory, NTPsec reads the files that end in .conf. */
  #includeFile({ line, words, directory }: Directive): void {
    const { files } = this.#into;
    const path = resolve(directory, words[0] ?? '');
    if (words.length !== 1) throw new ServerSyntaxError(line.from, line.text, 'one file must follow');
    const paths = files.isDirectory(path) ? filesIn([path], '.conf', files) : [path];
    for (const one of paths) this.#include(one, line);
  }

  #include(path: string, { from, text }: Line, mayBeAbsent = false): void {
    const because = `"${escaped(text)}"`;
    this.#opened += 1;
    if (this.#chain.includes(path)) throw new ListError(from, `${because}: ${escaped(path)} includes itself`);
    if (this.#chain.length > DEEPEST)
      throw new ListError(from, `${because}: files include each other more than ${DEEPEST} deep`);
    if (this.#opened > MOST_FILES)
      throw new ListError(from, `${because}: more than ${MOST_FILES} files are included`);
    const contents = this.#into.files.read(path);
    if (contents === undefined) {
      if (mayBeAbsent) return;
      throw new ListError(from, `${because}: ${escaped(path)} cannot be read: no such file`);
    }
    this.#chain.push(path);
    this.follow(significantLines(contents, path), path);
    this.#chain.pop();
  }
}

/**
 * A directive that neither daemon knows: an error if it might be a limit, or name a server in any word; otherwise a
 * note.
 */
function unknownDirective(first: string, { line, words }: Directive): string {
  if (closestWord(first, ['server', 'servers', 'pool', 'pools', 'peer', 'peers']) !== undefined) {
    const problem = `"${escaped(first)}" is not a directive: write "server HOST", one per line`;
    throw new ServerSyntaxError(line.from, line.text, problem);
  }
  const structural = ['include', 'includefile', 'confdir', 'sourcedir'];
  const heeded = [...structural, ...OBEYED.keys(), ...REFUSED.keys(), ...HARMLESS_FROM.keys()];
  // A host may be called ntp, so short words are not treated as typos of "nts" or "tos".
  const known = [...heeded, ...IRRELEVANT, ...NOTED.keys()].filter(one => one.length > 3);
  const meant = /[.:]/.test(first) ? undefined : closestWord(first, known);
  if (meant !== undefined && heeded.includes(meant))
    throw new ServerSyntaxError(line.from, line.text, `did you mean ${meant}?`);
  if (words.length === 0 || !words.every(isHarmless)) {
    const hint = meant === undefined ? '' : `did you mean ${meant}? `;
    const problem = `"${escaped(first)}" is not a known directive: ${hint}write servers as "server HOST"; remove a line that names none`;
    throw new ServerSyntaxError(line.from, line.text, problem);
  }
  return `${escaped(`${line.from}: ${line.text}`)}: unknown directive: ignored`;
}

/** Whether a word cannot be a server or its option: numbers, paths, and switches. */
function isHarmless(word: string): boolean {
  return /^(\d+(\.\d+)?|~?\.{0,2}\/.*|on|off|yes|no|true|false)$/is.test(word);
}
