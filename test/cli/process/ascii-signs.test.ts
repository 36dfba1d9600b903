// The signs of the command on Windows: in files and pipes, and on consoles with a code page.

import { EventEmitter } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { ASCII_SIGNS, signsFor, withAsciiSigns } from '../../../src/cli/process/ascii-signs.ts';
import { openContext } from '../../../src/cli/process/context.ts';
import type { Output } from '../../../src/cli/process/terminal.ts';
import { scratch } from '../../support/command.ts';

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
    expect(withAsciiSigns('C:\\Größe\\测试\\µtools')).toBe('C:\\Größe\\测试\\µtools');
  });
});

describe('a pipe of Windows', () => {
  /** What a command that cannot set the clock prints on Windows, about a folder whose name has signs. */
  async function printed(...args: readonly string[]): Promise<string> {
    let text = '';
    const write = (more: string) => {
      text += more;
    };
    const stream = () => Object.assign(new EventEmitter(), { write });
    const io = Object.assign(new EventEmitter(), { stdout: stream(), stderr: stream(), env: {} });
    expect(await main(args, io, openContext(io, 'win32'))).toBe(0);
    return text;
  }
  const STATE = '--state=/none/±…µs';

  test('gets ASCII signs in a text for people', async () => {
    expect(await printed('--help')).toMatch(/^[\n -~]+$/);
    expect(
      await printed('schedule', '--as', 'cron', '--root', scratch(), '-n', '--', STATE, 'ntp.example'),
    ).toContain('+/-...us');
  });

  test.each([
    ['JSON', ['schedule', '--as', 'cron', '--json', '--', STATE, 'ntp.example']],
    ['the files of a schedule', ['schedule', '--as', 'cron', '--', STATE, 'ntp.example']],
  ])('gets %s with every character', async (_, args) => {
    expect(await printed(...args)).toContain('±…µs');
  });
});

test('every sign in the texts for people has ASCII that stands for it', () => {
  /** What programs read: UTF-8, as it says of itself or as its readers expect. */
  const data = /^report\/fleet\/(?:page\/|fleet-csv\.ts$)/;
  /** The lines of plots, which are drawn only where blocks are known to be shown; what lists of servers and of hosts may contain. */
  const others = new Set('▁▂▃▄▅▆▇μ§＝＋－＠');
  const signs = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.endsWith('ascii-signs.ts'))
    .filter(name => !data.test(name.replaceAll('\\', '/')))
    .flatMap(name => readFileSync(`src/${name}`, 'utf8').split('\n'))
    .filter(line => !/^\s*(\/\/|\*|\/\*)/.test(line))
    .flatMap(line => line.replace(/\s\/\/.*$/, '').match(/[\u0080-\u{10ffff}]/gu) ?? []);
  const replaced = Object.keys(ASCII_SIGNS).join('');
  expect([...new Set(signs)].filter(sign => !others.has(sign) && !replaced.includes(sign))).toEqual([]);
});
