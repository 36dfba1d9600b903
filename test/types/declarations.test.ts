// The library's declarations stand alone: they compile in programs whatever the compiler, its target and the types at hand.

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const PACKAGE = JSON.parse(readFileSync('package.json', 'utf8'));
const EXAMPLES = readdirSync('examples').filter(name => name.endsWith('.js'));

/** TypeScript 5.4 has no target newer than es2022. */
const COMPILERS = [
  { name: 'TypeScript 5.4', folder: 'typescript-5.4/node_modules/typescript', newest: 'es2022' },
  { name: 'TypeScript 7', folder: 'typescript', newest: 'es2023' },
];

interface Surroundings {
  readonly what: string;
  /** Whether @types/node is installed. */
  readonly node: boolean;
  readonly types: readonly string[];
  /** Whether the DOM's types are there, as they are by default. */
  readonly dom: boolean;
}

const SURROUNDINGS: readonly Surroundings[] = [
  { what: 'no other types', node: false, types: [], dom: false },
  {
    what: 'types-none: types is []',
    node: true,
    types: [],
    dom: true,
  },
  { what: 'types of Node', node: true, types: ['node'], dom: false },
  { what: 'guard-types: Node and the DOM', node: true, types: ['node'], dom: true },
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsntp-types-'));
  for (const node of [false, true]) program(join(folder, node ? 'with-node' : 'alone'), node);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program's folder with a copy of the package, which sees none of the types that lie beside the original. */
function program(root: string, node: boolean): void {
  const installed = join(root, 'node_modules/tsntp');
  mkdirSync(installed, { recursive: true });
  cpSync('dist', join(installed, 'dist'), {
    recursive: true,
    filter: path => !/\.(js|map|cjs)$/.test(path),
  });
  cpSync('package.json', join(installed, 'package.json'));
  writeFileSync(join(root, 'package.json'), '{ "private": true, "type": "module" }');
  for (const name of ['uses.ts', 'misuses.ts']) cpSync(join('test/types', name), join(root, name));
  if (!node) return;
  mkdirSync(join(root, 'node_modules/@types'));
  symlinkSync(resolve('node_modules/@types/node'), join(root, 'node_modules/@types/node'), 'junction');
  for (const name of EXAMPLES) cpSync(join('examples', name), join(root, name));
}

/** What the compiler says; nothing where all is well. */
function compile(compiler: string, root: string, files: readonly string[], options: object): string {
  const compilerOptions = { strict: true, noEmit: true, skipLibCheck: false, ...options };
  const config = join(root, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  try {
    const tsc = resolve('node_modules', compiler, 'bin/tsc');
    execFileSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8', stdio: 'pipe' });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

describe.each(COMPILERS)('$name', ({ folder: compiler, newest }) => {
  describe.each(SURROUNDINGS)('$what', ({ node, types, dom }) => {
    test.each([
      ['nodenext', newest],
      ['node16', 'es2021'],
    ])('a program for %s, %s compiles; misuses do not', (module, target) => {
      const root = join(folder, node ? 'with-node' : 'alone');
      const lib = dom ? {} : { lib: [target] };
      const options = { module, target, types, ...lib };
      expect(compile(compiler, root, ['uses.ts', 'misuses.ts'], options)).toBe('');
    });
  });
});

test.each(COMPILERS)('$name: the examples compile', ({ folder: compiler }) => {
  const options = {
    module: 'nodenext',
    target: 'es2022',
    types: ['node'],
    lib: ['es2022'],
    allowJs: true,
    checkJs: true,
  };
  expect(EXAMPLES.length).toBeGreaterThan(0);
  expect(compile(compiler, join(folder, 'with-node'), EXAMPLES, options)).toBe('');
});

test('types-node10: TypeScript 5 with module commonjs, which knows no exports, finds the types', () => {
  const root = join(folder, 'commonjs');
  program(root, false);
  writeFileSync(join(root, 'package.json'), '{ "private": true, "type": "commonjs" }');
  writeFileSync(
    join(root, 'old.ts'),
    "import { query } from 'tsntp';\nexport const run: typeof query = query;\n",
  );
  const options = {
    module: 'commonjs',
    moduleResolution: 'node10',
    target: 'es2021',
    types: [],
    lib: ['es2021'],
  };
  expect(compile('typescript-5.4/node_modules/typescript', root, ['old.ts'], options)).toBe('');
  expect(PACKAGE.main).toBe(PACKAGE.exports['.'].default);
  expect(PACKAGE.types).toBe(PACKAGE.exports['.'].types);
});

test('no declaration that the library reaches names a global of Node or of a newer language', () => {
  const reached = new Set([resolve('dist/index.d.ts')]);
  for (const path of reached) {
    const text = readFileSync(path, 'utf8');
    expect(text.match(/\b(NodeJS|ErrorOptions|Buffer)\b/g), path).toBeNull();
    expect(text.match(/\bfrom '(?!\.)[^']*'/g), path).toBeNull();
    for (const [, specifier = ''] of text.matchAll(/from '(\.[^']*)'/g)) {
      const target = resolve(dirname(path), specifier.replace(/\.(ts|js)$/, '.d.ts'));
      expect(existsSync(target), target).toBe(true);
      reached.add(target);
    }
  }
  expect(reached.size).toBeGreaterThan(10);
});
