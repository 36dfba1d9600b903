// ARCHITECTURE.md against src/: the files that it sends a reader to, and the names that it says are there.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const PAGE = readFileSync('ARCHITECTURE.md', 'utf8');

/** The text of every file in src/. */
const SOURCES = readdirSync('src', { encoding: 'utf8', recursive: true })
  .filter(path => path.endsWith('.ts'))
  .map(path => readFileSync(`src/${path}`, 'utf8'))
  .join('\n');

const quoted = (text: string): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);

function section(title: string): string {
  return PAGE.split(/^## /m).find(part => part.startsWith(title)) ?? '';
}

/** The rows of a section's table, without its head. */
function rowsOf(title: string): readonly (readonly string[])[] {
  const lines = section(title)
    .split('\n')
    .filter(line => line.startsWith('|'));
  return lines.slice(2).map(line => line.split('|').map(cell => cell.trim()));
}

test('ARCHITECTURE.md fits on a page', () => {
  expect(PAGE.split('\n').length).toBeLessThanOrEqual(80);
});

test('each file and folder that ARCHITECTURE.md names is there', () => {
  const named = quoted(PAGE).filter(code => /^[\w./-]+(\/|\.(ts|json|md))$/.test(code));
  expect(named.length).toBeGreaterThan(30);
  const places = ['', 'src/', 'src/cli/'];
  expect(named.filter(path => !places.some(place => existsSync(`${place}${path}`)))).toEqual([]);
});

test('each room of src/ has its row', () => {
  const folders = readdirSync('src', { withFileTypes: true }).filter(entry => entry.isDirectory());
  const rows = rowsOf('Rooms').map(([, room]) => room);
  for (const { name } of folders) expect(rows).toContain(`\`src/${name}/\``);
});

test('each verb, a file of src/ itself, is named', () => {
  const files = readdirSync('src').filter(name => name.endsWith('.ts') && name !== 'release.ts');
  for (const file of files) expect(section('Rooms')).toMatch(new RegExp(`[\`/]${file}\``));
});

describe('the questions of a reader', () => {
  const rows = rowsOf('Where is');

  test('are eleven', () => {
    expect(rows).toHaveLength(11);
  });

  test.each(rows.map(row => row.slice(1)))(
    '%s: the first file to open exports the first name',
    (_, file, names) => {
      const [path] = quoted(file!);
      const [first, ...others] = quoted(names!);
      expect(readFileSync(path!, 'utf8')).toMatch(
        new RegExp(`^export (async )?(function|const|interface) ${first}\\b`, 'm'),
      );
      for (const name of others.filter(other => /^\w+$/.test(other)))
        expect(SOURCES).toMatch(new RegExp(`\\b${name}\\b`));
    },
  );
});
