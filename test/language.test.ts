// The language rules of the project that a machine can check: American spelling, and programs instead of persons. Each
// rule is checked in every text of the repository and against a text that breaks it.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The texts to check: files and directories of the repository. */
const CHECKED = [
  'src',
  'test',
  'docs',
  'examples',
  'man',
  'scripts',
  'bin',
  'ansible',
  'README.md',
  'CHANGELOG.md',
];

/** The names of text files. */
const TEXT = /\.(ts|js|mjs|json|md|sh|txt|py|ya?ml|j2|[1-9])$/;

/** Files that must contain the words, and why. */
const EXEMPT: Readonly<Record<string, string>> = {
  'test/language.test.ts': 'lists the words',
};

/** Words that name a person where the program, a user or a server is meant. */
const PERSONS =
  /\b(?:some|any|every|no)(?:body|one)\b(?!-)|\b(?:he|she|him|himself|her|herself|whom?ever|whom|his)\b/giu;

/** British spellings, as the beginnings of words or as whole words. */
const BRITISH = new RegExp(
  `${[
    '(?:un|de)?synchronis',
    '(?:initial|normal|final|local|real|serial|canonical|general|special|neutral|visual)is(?:e[ds]?|ing|ation)\\b',
    '(?:optim|minim|maxim|author|organ|recogn|summar|standard|priorit|character|random|custom|util)is(?:e[ds]?|ing|ation)\\b',
    '(?:analy|paraly|cataly)s(?:ed|ing|e)\\b',
    '(?:behavi|hon|fav|neighb|lab|hum|harb|endeav)our',
    'colour',
    '(?:licence|defence|offence|pretence|centred?|centres|metres?|litres?|fibres?|theatre)\\b',
    '(?:cancell|labell|modell|signall|travell|tunnell|channell|levell|fuell)(?:ed|ing|er)s?\\b',
    '(?:artefact|judgement|acknowledgement|programme(?!d|r)|catalogue|cheque|grey|ageing|whilst|amongst)s?\\b',
    '(?:learnt|spelt|burnt|fulfil|fulfils|enrol|skilful|practise|practised)\\b',
  ].join('|')}`,
  'giu',
);

/** Names that are quoted as they are, and why. */
const QUOTED: readonly { readonly text: RegExp; readonly because: string }[] = [
  { text: /TSNTP_COLOUR_SCHEME/g, because: 'a misspelled variable, which tsntp must report' },
];

interface Rule {
  readonly words: RegExp;
  readonly breach: string;
  readonly allowed: string;
}

const RULES: Readonly<Record<string, Rule>> = {
  'no persons where a program is meant': {
    words: PERSONS,
    breach: '// Somebody else steps the clock; the lock is left to him, and nobody waits for whoever asks.',
    allowed:
      '// Another program steps the clock; the header is left to it, and none waits. The user nobody-1, history.',
  },
  'American spelling': {
    words: BRITISH,
    breach:
      '// Synchronised behaviour: the coloured centre of an analysed artefact, cancelled as a judgement.',
    allowed:
      '// Synchronized behavior: otherwise precise, four-hour analyses, programmed advice; cancellation; premise.',
  },
};

/** The breaches of a rule in a text, as `LINE: word`. */
function breachesIn(text: string, words: RegExp): readonly string[] {
  const own = QUOTED.reduce((rest, { text: quoted }) => rest.replaceAll(quoted, ''), text);
  return own.split('\n').flatMap((line, i) => (line.match(words) ?? []).map(word => `${i + 1}: ${word}`));
}

/** The text files to check, by path in the repository. */
function checkedFiles(): readonly string[] {
  const files = CHECKED.filter(path => existsSync(join(ROOT, path))).flatMap(path =>
    statSync(join(ROOT, path)).isDirectory()
      ? readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' }).map(name => `${path}/${name}`)
      : [path],
  );
  return files
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => TEXT.test(path) && !path.includes('/node_modules/') && !(path in EXEMPT))
    .filter(path => statSync(join(ROOT, path)).isFile());
}

describe.each(Object.entries(RULES))('%s', (_name, { words, breach, allowed }) => {
  test('holds in every text of the repository', () => {
    const breaches = checkedFiles().flatMap(path =>
      breachesIn(readFileSync(`${ROOT}/${path}`, 'utf8'), words).map(found => `${path}:${found}`),
    );
    expect(breaches).toEqual([]);
  });

  test('is broken by each word that it forbids, and by no other', () => {
    expect(breachesIn(breach, words).length).toBeGreaterThan(3);
    expect(breachesIn(allowed, words)).toEqual([]);
  });
});

test('every exemption is in use', () => {
  const all = checkedFiles()
    .map(path => readFileSync(`${ROOT}/${path}`, 'utf8'))
    .join('\n');
  expect(QUOTED.filter(({ text }) => all.match(text) === null)).toEqual([]);
});
