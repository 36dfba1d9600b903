// What the library exports is documented: a comment at each declaration, and a place in docs/library.md.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Exported {
  readonly name: string;
  readonly file: string;
}

/** Every name that src/index.ts exports, with the file that declares it. */
const EXPORTED: readonly Exported[] = [
  ...readFileSync('src/index.ts', 'utf8').matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)';/gm),
].flatMap(([, names = '', file = '']) =>
  names
    .split(',')
    .map(name => name.replace('type ', '').trim())
    .filter(name => name !== '')
    .map(name => ({ name, file: join('src', file) })),
);

const PAGE = readFileSync('docs/library.md', 'utf8');

test('the exports are read', () => {
  const names = EXPORTED.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['query', 'sync', 'ClockError', 'Options', 'SyncEvent']));
  const statements = readFileSync('src/index.ts', 'utf8').match(/^export /gm);
  expect(new Set(EXPORTED.map(({ file }) => file)).size).toBeLessThanOrEqual(statements!.length);
  expect(names.length).toBeGreaterThan(statements!.length);
});

describe.each(EXPORTED)('$name', ({ name, file }) => {
  test('has a doc comment', () => {
    expect(commentOf(name, readFileSync(file, 'utf8'))).toMatch(/^\/\*\*[\s\S]*[a-z][\s\S]*\*\/$/);
  });

  test('is on the page', () => {
    expect(PAGE).toMatch(new RegExp(`^(\\| |### )\`${name}\\b`, 'm'));
  });
});

test.each(['Options', 'ServerSpec', 'MeasuredOffset', 'FleetOptions', 'TargetSpec'])(
  'each property of %s has a doc comment',
  name => {
    const { file } = EXPORTED.find(one => one.name === name)!;
    const text = readFileSync(file, 'utf8');
    const start = text.indexOf(`export interface ${name} {`);
    const lines = text.slice(start, text.indexOf('\n}', start)).split('\n').slice(1);
    const bare = lines.filter(
      (line, i) => line.startsWith('  readonly ') && !/\*\/$/.test(lines[i - 1] ?? ''),
    );
    expect(bare).toEqual([]);
  },
);

test('the page has no symbol that is not exported', () => {
  const names = new Set(EXPORTED.map(({ name }) => name));
  const listed = [...PAGE.matchAll(/^(?:\| |### )`(\w+)/gm)].map(([, name]) => name!);
  expect(listed.filter(name => !names.has(name))).toEqual([]);
});

test('a declaration without a comment is noticed', () => {
  const text =
    '/** Kept. */\nexport type A = 1;\n\nexport type B = 2;\n/** Of C. */\nexport class C {}\n// No doc comment. */\nexport type D = 4;\n';
  expect(['A', 'B', 'C', 'D'].map(name => commentOf(name, text))).toEqual([
    '/** Kept. */',
    undefined,
    '/** Of C. */',
    undefined,
  ]);
});

/** The doc comment right before the declaration of `name`. */
function commentOf(name: string, text: string): string | undefined {
  const declared = new RegExp(
    `^export (?:declare )?(?:async )?(?:function|class|const|interface|type) ${name}\\b`,
    'm',
  );
  const at = text.search(declared);
  if (at === -1) return undefined;
  return /\/\*\*(?:(?!\*\/)[\s\S])*\*\/$/.exec(text.slice(0, at).trimEnd())?.[0];
}
