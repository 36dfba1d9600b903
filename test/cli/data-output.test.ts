// What programs read is printed as it is on every system; only texts for people may get ASCII instead of signs. Here a mark
// takes the place of ASCII, so that a text that could have been changed shows, whatever is in it.

import { EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { openContext } from '../../src/cli/process/context.ts';
import { COMMAND_NAMES, type Command } from '../../src/options/command-table.ts';
import { OPTIONS } from '../../src/options/option-table.ts';
import { scratch, serve } from '../support/command.ts';

const MARK = '<changed>';
vi.mock(import('../../src/cli/process/ascii-signs.ts'), () => ({
  ASCII_SIGNS: {},
  withAsciiSigns: text => text,
  signsFor: () => text => `${MARK}${text}`,
}));

/** What a command prints to stdout. */
async function printed(...args: readonly string[]): Promise<string> {
  let text = '';
  const stream = (write: (more: string) => void) => Object.assign(new EventEmitter(), { write });
  const stdout = stream(more => {
    text += more;
  });
  const io = Object.assign(new EventEmitter(), { stdout, stderr: stream(() => {}), env: {} });
  await main(args, io, openContext(io));
  return text;
}

/** The words of each command, none of which sets a clock. */
async function wordsOf(command: Command): Promise<readonly string[]> {
  const [server = ''] = await serve({});
  const state = ['--state', scratch()];
  const hosts = join(scratch(), 'hosts');
  writeFileSync(hosts, `[±…µs]\n${server} # Größe ±…µs\n`);
  const words: Readonly<Record<Command, readonly string[]>> = {
    sync: ['-n', ...state, '-p', '1', server],
    query: ['-p', '1', server],
    status: state,
    rtc: ['floor', '-n', ...state],
    wait: ['--timeout', '0.1', ...state],
    drift: state,
    check: ['-f', hosts, '--reference', server],
    schedule: ['--as', 'cron', '--', '--state=/none/±…µs', server],
    demo: [],
    completion: ['bash'],
  };
  return [command, ...words[command]];
}

/** The formats of a command that programs read. Of those in the table of options, `auto`, `table` and `classic` are for people. */
function dataFormats(command: Command): readonly string[] {
  if (command === 'check') return OPTIONS.checkFormat.value.of.filter(format => format !== 'table');
  return ['sync', 'query', 'status'].includes(command) ? ['json', 'prometheus'] : ['json'];
}

const CASES = COMMAND_NAMES.flatMap(command => dataFormats(command).map(format => ({ command, format })));

test.each(CASES)('$command prints $format as it is', async ({ command, format }) => {
  const [name = '', ...words] = await wordsOf(command);
  const text = await printed(name, '--format', format, ...words);
  expect(text).not.toBe('');
  expect(text).not.toContain(MARK);
  if (command === 'check' && ['json', 'ndjson', 'csv', 'html'].includes(format))
    expect(text).toContain('Größe ±…µs');
});

test.each<[what: string, args: readonly string[]]>([
  ['a script for completion', ['completion', 'zsh']],
  ['the files of a schedule', ['schedule', '--as', 'windows', '--', 'ntp.example']],
  ['a plot', ['drift', '--plot', '-', '--state', '/none']],
  ['the JSON of a mistake', ['query', '--json', '--nonsense']],
  ['the plugin text of a mistake', ['check', '--format=plugin', '--nonsense']],
])('%s is printed as it is', async (_, args) => {
  const text = await printed(...args);
  expect(text).not.toBe('');
  expect(text).not.toContain(MARK);
});

test('only the formats of the table that are known to be for people can be changed', async () => {
  const all = [...OPTIONS.format.value.of, ...OPTIONS.checkFormat.value.of];
  const data = new Set(CASES.map(({ format }) => format));
  expect([...new Set(all)].filter(format => !data.has(format)).sort()).toEqual(['auto', 'classic', 'table']);
  for (const format of ['classic', 'table']) {
    const [name = '', ...words] = await wordsOf('query');
    expect(await printed(name, '--format', format, ...words)).toContain(MARK);
  }
});
