// The signs of the command on Windows: in files and pipes, and on consoles with a code page.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ASCII_SIGNS, signsFor, withAsciiSigns } from '../../../src/cli/process/ascii-signs.ts';
import type { Output } from '../../../src/cli/process/terminal.ts';

const pipe: Output = { write() {} };
const console: Output = { write() {}, isTTY: true, columns: 80 };

describe('a sign that is not in ASCII', () => {
  test.each([
    ['a file or pipe of Windows', pipe, {}, 'win32', '+/- 3 us...'],
    ['a pipe of Windows Terminal', pipe, { WT_SESSION: '1' }, 'win32', '+/- 3 us...'],
    ['the old console of Windows, in any code page', console, {}, 'win32', '+/- 3 us...'],
    ['Windows Terminal', console, { WT_SESSION: '1' }, 'win32', '± 3 µs…'],
    ['a pipe of Linux', pipe, {}, 'linux', '± 3 µs…'],
    ['a terminal of macOS', console, {}, 'darwin', '± 3 µs…'],
  ])('in %s', (_, output, env, platform, shown) => {
    expect(signsFor(output, env, platform)('± 3 µs…')).toBe(shown);
  });

  test('of a name is kept', () => {
    expect(withAsciiSigns('C:\\Größe\\测试')).toBe('C:\\Größe\\测试');
  });
});

test('every sign in the sources has ASCII that stands for it', () => {
  /** The lines of plots, which are drawn only where blocks are known to be shown; what server lists may contain. */
  const others = new Set('▁▂▃▄▅▆▇μ§');
  const signs = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.endsWith('ascii-signs.ts'))
    .flatMap(name => readFileSync(`src/${name}`, 'utf8').split('\n'))
    .filter(line => !/^\s*(\/\/|\*|\/\*)/.test(line))
    .flatMap(line => line.replace(/\s\/\/.*$/, '').match(/[\u0080-\u{10ffff}]/gu) ?? []);
  expect([...new Set(signs)].filter(sign => !others.has(sign) && !(sign in ASCII_SIGNS))).toEqual([]);
});
