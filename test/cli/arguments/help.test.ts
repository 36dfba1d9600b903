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

test('--help of a command names a variable that this command reads', () => {
  expect(longHelp('sync', 100)).toMatch(/TSNTP_TIMEOUT=1 is --timeout 1\b/);
  expect(longHelp('wait', 100)).toMatch(/TSNTP_WAIT_TIMEOUT=60 is --timeout 60\b.*\n?.*"wait-timeout 60"/);
  expect(longHelp('wait', 100)).not.toMatch(/TSNTP_TIMEOUT|TSNTP_SERVERS/);
  expect(longHelp('drift', 100)).toMatch(/^Most options can also be set .*TSNTP_STATE=/m);
  expect(longHelp('schedule', 100)).not.toContain('TSNTP_');
});

test('-h of a command has its actions, and the options that only it has', () => {
  const drift = shortHelp('drift', 80);
  for (const part of ['[show|reset|import FILE|export]', '--plot', '--ntpd', '--chrony'])
    expect(drift).toContain(part);
  const schedule = shortHelp('schedule', 80);
  for (const flag of ['--every', '--as', '--install', '--remove', '--root']) expect(schedule).toContain(flag);
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

test('the sign of an offset is that of the command', () => {
  expect(longHelp('check', 100)).toContain('Positive offset = the host is ahead of the reference.');
  expect(longHelp('sync', 100)).toContain('Positive offset = the server is ahead = this clock is behind.');
});
