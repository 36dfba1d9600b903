// The installer for Windows replaces and removes what is the program's own, and never another file. It is plain node:fs, so
// that this needs no Windows.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

interface ProgramFolder {
  readonly replaceProgram: (source: string, target: string) => void;
  readonly removeProgram: (target: string, kept: readonly string[]) => void;
}
const script: string = '../../scripts/release/windows/setup/program-folder.js';
const { replaceProgram, removeProgram }: ProgramFolder = await import(script);

const PROGRAM = [
  'bin/tsntp.cmd',
  'install.cmd',
  'lib/tsntp/bin/tsntp.js',
  'lib/tsntp/node.exe',
  'share/doc/tsntp/README.md',
  'uninstall.cmd',
];
const OTHERS = ['bin/mine.cmd', 'keys/ntp.keys', 'lib/other/mine.js', 'servers.txt', 'share/doc/mine.md'];

/** The files of a folder with their content, by path. */
function contentOf(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(one => one.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort();
  return Object.fromEntries(paths.map(path => [path, readFileSync(join(folder, path), 'utf8')]));
}

function write(folder: string, paths: readonly string[], content: string): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

const each = (paths: readonly string[], content: string) =>
  Object.fromEntries(paths.map(path => [path, content]));

describe('the program folder of Windows', () => {
  let work: string;
  let source: string;
  let target: string;
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), 'tsntp-program-folder-'));
    [source, target] = [resolve(work, 'unpacked'), resolve(work, 'tsntp')];
    write(source, PROGRAM, 'new');
  });
  afterEach(() => rmSync(work, { recursive: true }));

  test('gets the program, and no other file of the folder from which it is installed', () => {
    write(source, ['photos/holiday.jpg', 'notes.txt'], 'mine');
    replaceProgram(source, target);
    expect(contentOf(target)).toEqual(each(PROGRAM, 'new'));
  });

  test('keeps files of another origin in an upgrade, and loses those of the older version', () => {
    write(target, [...PROGRAM, 'lib/tsntp/of-the-older-version.js'], 'old');
    write(target, OTHERS, 'mine');
    mkdirSync(join(target, 'empty'));
    replaceProgram(source, target);
    expect(contentOf(target)).toEqual({ ...each(PROGRAM, 'new'), ...each(OTHERS, 'mine') });
    expect(existsSync(join(target, 'empty'))).toBe(true);
  });

  test('is as before after a failed upgrade', () => {
    write(target, PROGRAM, 'old');
    write(target, OTHERS, 'mine');
    const before = contentOf(target);
    // The last file of the new version cannot take its place.
    rmSync(join(target, 'uninstall.cmd'));
    mkdirSync(join(target, 'uninstall.cmd/mine'), { recursive: true });
    expect(() => replaceProgram(source, target)).toThrow(/cannot be written: .*; it is as before/);
    const { 'uninstall.cmd': _, ...rest } = before;
    expect(contentOf(target)).toEqual(rest);
  });

  test('keeps files of another origin when the program is removed', () => {
    replaceProgram(source, target);
    write(target, OTHERS, 'mine');
    removeProgram(target, []);
    expect(contentOf(target)).toEqual(each(OTHERS, 'mine'));
    expect(existsSync(join(target, 'lib/tsntp'))).toBe(false);
  });

  test('is gone when the program was all that it had', () => {
    replaceProgram(source, target);
    write(target, ['.old-12/0', '.new-13/bin/tsntp.cmd'], 'in use until now');
    removeProgram(target, []);
    expect(existsSync(target)).toBe(false);
  });

  test('keeps what removes it until the end', () => {
    replaceProgram(source, target);
    removeProgram(target, ['lib/tsntp', 'uninstall.cmd']);
    expect(Object.keys(contentOf(target))).toEqual([
      'lib/tsntp/bin/tsntp.js',
      'lib/tsntp/node.exe',
      'uninstall.cmd',
    ]);
  });

  test('of another origin is neither replaced nor removed', () => {
    write(target, ['bin/tsntp.cmd', 'servers.txt'], 'mine');
    const before = contentOf(target);
    expect(() => replaceProgram(source, target)).toThrow('has files of another origin');
    removeProgram(target, []);
    expect(contentOf(target)).toEqual(before);
  });
});
