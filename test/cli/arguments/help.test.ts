// Help as a screen shows it: complete, and as wide as the terminal.

import { describe, expect, test } from 'vitest';
import { longHelp, shortHelp } from '../../../src/cli/arguments/help.ts';
import { COMMAND_NAMES } from '../../../src/options/command-table.ts';
import { flagOf, OPTION_ROWS, optionsOf } from '../../../src/options/option-names.ts';

const COMMANDS = [undefined, ...COMMAND_NAMES];

describe.each(COMMANDS)('-h of %s', command => {
  const lines = shortHelp(command, 80).trimEnd().split('\n');

  test('fits a screen of 24 lines and 80 columns', () => {
    expect(lines.length).toBeLessThan(24);
    expect(lines.filter(line => line.length > 80)).toEqual([]);
  });

  test('begins with the usage, and ends with where the rest is', () => {
    expect(lines[0]).toMatch(/^Usage: tsntp /);
    expect(lines.at(-1)).toMatch(/--help, or man tsntp$/);
  });
});

test('-h has every command and ten options', () => {
  const text = shortHelp(undefined, 80);
  for (const command of COMMAND_NAMES)
    expect(text).toMatch(new RegExp(`^  (tsntp |also: .*)\\b${command}\\b`, 'm'));
  expect([...text.matchAll(/^ +(?:-\w, )? *--[\w-]+/gm)]).toHaveLength(10);
});

describe.each(COMMANDS)('--help of %s', command => {
  test.each([40, 80, 120])('fits %d columns', columns => {
    const lines = longHelp(command, columns).split('\n');
    expect(lines.filter(line => line.length > columns)).toEqual([]);
    expect(lines.filter(line => /\s$/.test(line))).toEqual([]);
  });

  test('has every option with its letter and placeholder', () => {
    const text = longHelp(command, 80);
    for (const name of optionsOf(command ?? 'sync').filter(each => !OPTION_ROWS[each].hidden)) {
      const { letter, placeholder } = OPTION_ROWS[name];
      const flags = `${letter === undefined ? '' : `-${letter}, `}--${flagOf(name)}`;
      expect(text).toContain(placeholder === undefined ? flags : `${flags} ${placeholder}`);
    }
    expect(text).not.toMatch(/\[(string|boolean|count)\]/);
  });
});

test('widths from 20 on are laid out, whatever they are', () => {
  for (let columns = 20; columns <= 130; columns++) {
    const longest = Math.max(
      ...longHelp(undefined, columns)
        .split('\n')
        .map(line => line.length),
    );
    expect(longest).toBeLessThanOrEqual(Math.max(columns, 34));
  }
});
