// What a measurement reads and loads before it begins: it starts fast because it needs two files of the command and few
// of Node's modules. Sizes and names only; npm run bench:startup measures the time.

import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMAND_NAMES } from '../src/options/command-table.ts';
import { onLinux, scratch, serve, tsntp } from './support/command.ts';
import { copyOfPackage } from './support/package-copy.ts';

const FILES = 'dist/cli';
/** The files that every measurement reads. */
const READ = ['entry.js', 'main.js'];
/** In bytes; a command of its own file adds nothing to it. */
const LARGEST = 500_000;

/** The modules that a file of the command contains, as paths in the checkout. */
function modulesOf(file: string): readonly string[] {
  const { sources } = JSON.parse(readFileSync(`${FILES}/${file}.map`, 'utf8')) as {
    sources: readonly string[];
  };
  return sources.map(source => source.replace(/^(\.\.\/)+/, ''));
}

test('a measurement reads less than 500 kB of the command', () => {
  const sizes = READ.map(file => statSync(join(FILES, file)).size);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(LARGEST);
});

test('a measurement succeeds without the files of all other commands', async () => {
  const program = copyOfPackage();
  const folder = join(program[1]!, '../..', FILES);
  for (const name of readdirSync(folder).filter(name => !READ.includes(name))) rmSync(join(folder, name));
  const [server] = await serve({});
  for (const args of [['-q', '--format', 'json'], ['--dry-run']])
    expect(await tsntp([...args, '-p', '1', server!], { program })).toMatchObject({ code: 0 });
});

describe('main.js contains', () => {
  test('nothing of fleets', () => {
    expect(modulesOf('main.js').filter(path => /(?:^|\/)fleet/.test(path))).toEqual([]);
  });

  test.each(COMMAND_NAMES.filter(name => name !== 'sync' && name !== 'query'))(
    'nothing of %s, which has a file of its own',
    command => {
      const path = `src/cli/commands/${command}.ts`;
      expect(modulesOf(`${command}.js`)).toContain(path);
      expect(modulesOf('main.js')).not.toContain(path);
    },
  );
});

test('no other file contains a module of main.js, but for the first of its own', () => {
  const main = new Set(modulesOf('main.js'));
  const others = readdirSync(FILES).filter(name => name.endsWith('.js') && !READ.includes(name));
  for (const other of others)
    expect(
      modulesOf(other).filter(
        path =>
          path.startsWith('src/') && !path.endsWith(`/${other.replace('.js', '.ts')}`) && main.has(path),
      ),
    ).toEqual([]);
});

test('no two files but entry.js contain the same class: instanceof would not know it', () => {
  const files = readdirSync(FILES).filter(name => name.endsWith('.js') && name !== 'entry.js');
  const classes = files
    .flatMap(modulesOf)
    .filter(path => path.startsWith('src/') && /^export class /m.test(readFileSync(path, 'utf8')));
  expect(classes.filter((path, index) => classes.indexOf(path) !== index)).toEqual([]);
});

describe('Node’s own modules', () => {
  test('--version loads no stream and no network', async () => {
    expect(await loaded(['--version'], /^(?:stream|net|crypto|vm)$/)).toEqual([]);
  });

  test('a measurement loads no cryptography on Linux, where its nonces come from the kernel', async () => {
    const [server] = await serve({});
    const modules = await loaded(['-q', '-p', '1', server!], /^(?:crypto|tls|https?|zlib|readline)$/);
    expect(modules).toEqual(onLinux ? [] : ['crypto']);
  });

  /** Those of these names that a run has loaded when it ends. */
  async function loaded(args: readonly string[], names: RegExp): Promise<readonly string[]> {
    const folder = scratch();
    const [script, list] = [join(folder, 'list.cjs'), join(folder, 'list')];
    writeFileSync(
      script,
      `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)}, process.moduleLoadList.join('\\n')));`,
    );
    expect(await tsntp(args, { env: { NODE_OPTIONS: `--require=${script}` } })).toMatchObject({ code: 0 });
    const lines = readFileSync(list, 'utf8').split('\n');
    const modules = lines.map(line => /^NativeModule (\S+)$/.exec(line)?.[1] ?? '');
    return modules.filter(name => names.test(name)).sort();
  }
});
